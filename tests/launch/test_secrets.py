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
