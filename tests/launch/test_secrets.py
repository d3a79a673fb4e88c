"""Which files are secrets."""

from __future__ import annotations

import pytest

from samerun.basics.redaction import Redactor
from samerun.launch.secrets import LOOKED_AT, is_secret_file

NAMES = [
    ".env",
    "a/.env.local",
    "/home/me/.netrc",
    "id_rsa",
    ".ssh/id_ed25519",
    "cert.pem",
    "server.KEY",
    "credentials.json",
    "secrets.yaml",
    "secret",
]
HARMLESS = [
    "env.py",
    "secrets.py",
    "app/credentials.py",
    "keys.py",
    "keyboard.csv",
    "tokenizer.json",
    "token_counts.csv",
    "monkey.png",
    "secretary.txt",
    "a.environment",
]


@pytest.mark.parametrize("path", NAMES)
def test_secret_by_name(path: str) -> None:
    assert is_secret_file(path, b"", Redactor())


@pytest.mark.parametrize("path", HARMLESS)
def test_harmless_by_name(path: str) -> None:
    assert not is_secret_file(path, b"num_tokens = 12\nuse_cls_token = True\nkey = names[0]\n", Redactor())


def test_secret_by_content() -> None:
    redactor = Redactor(["hunter2hunter2"])
    assert is_secret_file("a.py", b"x = 'hunter2hunter2'", redactor)
    assert is_secret_file("a.py", b"api_key = 'sk-0123456789abcdef0123456789abcdef'", redactor)
    assert not is_secret_file("a.bin", b"\0hunter2hunter2", redactor)


def test_only_the_beginning_is_searched() -> None:
    redactor = Redactor(["hunter2hunter2"])
    assert not is_secret_file("a.csv", b"1,2,3\n" * (LOOKED_AT // 6 + 1) + b"hunter2hunter2", redactor)


@pytest.mark.parametrize(
    "line",
    [
        "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzQ9vTrLmQa",
        "export WANDB_API_KEY=0123456789abcdef0123456789abcdef01234567",
        'export OTHER_TOKEN="aB3dE6gH9jK2mN5pQ8"\r',
        "ENV SOME_PASSWORD=aB3dE6gH9jK2mN5pQ8",
    ],
)
@pytest.mark.parametrize("path", ["run.sh", "notes.txt", "Dockerfile", "creds"])
def test_a_variable_of_the_shell_in_any_file(line: str, path: str) -> None:
    assert is_secret_file(path, f"# a comment\n{line}\npython train.py\n".encode(), Redactor())


@pytest.mark.parametrize(
    "line",
    [
        "API_KEY=DEFAULT_SECRET_KEY_2",
        "API_KEY=default_secret_key_2",
        "TOKEN=read_token()",
        "SECRET_KEY=$OTHER_SECRET_KEY_2b",
        "NUM_TOKENS=1234567890123456789012345",
        "CHECKSUM=0123456789abcdef0123456789abcdef01234567",
        "SECRET_KEY=yourSecretKeyHere123",
    ],
)
@pytest.mark.parametrize("path", ["a.py", "notes.txt"])
def test_what_only_looks_like_one(line: str, path: str) -> None:
    assert not is_secret_file(path, f"{line}\n".encode(), Redactor())


def test_a_long_line_takes_no_time() -> None:
    assert not is_secret_file("a.txt", (b"A" * 250_000 + b"\n") + b" " * 5_000, Redactor())


def test_a_script_of_the_shell_is_a_file_of_settings() -> None:
    assert is_secret_file("run.sh", b"export DB_PASSWORD=hunter2!\n", Redactor())
    assert not is_secret_file("run.sh", b'export DB_PASSWORD="$1"\npython train.py --lr 0.1\n', Redactor())
