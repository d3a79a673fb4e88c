"""No secret is left, ordinary text is left alone, and what was taken out can still be compared."""

from __future__ import annotations

import base64
import os
import random
import stat
import time
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.redaction import RedactedStream, Redactor, key_at

SECRET = "Tr0ub4dor&3-Zebra"
KEY = bytes(range(32))


@pytest.fixture
def redactor() -> Redactor:
    return Redactor(key=KEY)


@pytest.mark.parametrize(
    "text",
    [
        f"API_KEY={SECRET}",
        f"api_key: {SECRET}",
        f'{{"password": "{SECRET}"}}',
        f"password = '{SECRET}'",
        f"python train.py --api-key {SECRET} --lr 0.1",
        f"python train.py --token={SECRET}",
        f"export HF_TOKEN={SECRET}; run",
        f"GET https://host/x?private_token={SECRET}",
        f"GET https://host/x?a=1&access_token={SECRET}&b=2",
        f"https://me:{SECRET}@host/repository.git",
        f"https://{SECRET}:x-oauth-basic@host/repository.git",
        f"Authorization: Bearer {SECRET}abc",
        f"client_secret => {SECRET}",
        f"+AWS_SECRET_ACCESS_KEY={SECRET}",
        f"  wandb.api_key={SECRET}",
    ],
)
def test_a_secret_with_a_telling_name_is_found(redactor: Redactor, text: str) -> None:
    redacted = redactor.text(text)
    assert SECRET not in redacted
    assert "<redacted:" in redacted
    assert redactor.text(redacted) == redacted


@pytest.mark.parametrize("form", [SECRET, quote(SECRET, safe=""), f"x{SECRET}y", f'["{SECRET}"]'])
def test_a_known_value_is_found_anywhere(form: str) -> None:
    redacted = Redactor([SECRET], key=KEY).text(f"before {form} after")
    assert SECRET not in redacted
    assert quote(SECRET, safe="") not in redacted


@pytest.mark.parametrize("value", ["", "1", "true", "12345", "secret"[:5], "default", "/home/me/data", "localhost"])
def test_a_value_that_is_everywhere_is_no_known_secret(value: str) -> None:
    text = f"loss 12345 true default /home/me/data localhost {value}"
    assert Redactor([value]).text(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "num_tokens: 512, max_new_tokens=100, pad_token_id = 0",
        "the token is new and the password was changed",
        "tokenizer = AutoTokenizer('bert')",
        "token = read_token(path)",
        "token: 5",
        "api_key=None password: null token=${TOKEN}",
        "key: value, keys=[1, 2], key_dim=64",
        "epoch: 12  passes=3  design: flat",
        "auth: true",
    ],
)
def test_ordinary_text_is_left_alone(redactor: Redactor, text: str) -> None:
    assert redactor.text(text) == text


def test_equal_secrets_are_marked_alike_in_one_store_only() -> None:
    first, again, other = Redactor(key=KEY), Redactor(key=KEY), Redactor(key=bytes(32))
    assert first.mark(SECRET) == again.mark(SECRET) != other.mark(SECRET)
    assert first.mark(SECRET) != first.mark(SECRET + "x")
    assert first.mark("") == ""
    assert first.mark(first.mark(SECRET)) == first.mark(SECRET)
    assert Redactor().mark(SECRET) != Redactor().mark(SECRET)


def test_arguments(redactor: Redactor) -> None:
    command = ["train.py", "--api-key", SECRET, "--token=" + SECRET, "wandb.api_key=" + SECRET, "--max-tokens", "5"]
    command += [
        "-p",
        "8080",
        "--password",
        "--lr",
        "0.1",
        f"https://u:{SECRET}@host",
        "-H",
        f"Authorization: Bearer {SECRET}",
    ]
    redacted = redactor.arguments(command)
    assert SECRET not in " ".join(redacted)
    assert len(redacted) == len(command)
    kept = ["train.py", "--api-key", "--max-tokens", "5", "-p", "8080", "--password", "--lr", "0.1", "-H"]
    assert [word for word in redacted if "<redacted" not in word] == kept


def test_variables(redactor: Redactor) -> None:
    assert redactor.variable("HF_TOKEN", SECRET) == redactor.mark(SECRET)
    assert redactor.variable("OMP_NUM_THREADS", "4") == "4"
    assert SECRET not in redactor.variable("INDEX", f"https://me:{SECRET}@host/simple")


@pytest.mark.parametrize(
    "url",
    [
        f"https://me:{SECRET}@host/a.git",
        f"https://{SECRET}@host/a.git",
        f"https://host/a.git?private_token={SECRET}",
        f"https://host/a.git?x={SECRET}#y",
        f"https://host/a.git#{SECRET}",
        f"https://host:[{SECRET}",
    ],
)
def test_urls_lose_user_query_and_fragment(redactor: Redactor, url: str) -> None:
    assert SECRET not in redactor.url(url)


def test_ordinary_urls_are_kept(redactor: Redactor) -> None:
    for url in ("https://host/a/b.git", "git@host:a/b.git", "ssh://git@host/a", "/srv/git/a.git", "../a"):
        assert redactor.url(url) == url


def test_documents(redactor: Redactor) -> None:
    document = {
        "api_key": SECRET,
        "keys": [SECRET[:4], 1],
        "passwords": [SECRET, SECRET + "2"],
        "db": {"password": 123456789, "use_auth": True, "secret": None, "url": f"https://a:{SECRET}@h"},
        "lr": 0.1,
        f"token={SECRET}": 1,
    }
    redacted = redactor.document(document)
    assert SECRET not in repr(redacted)
    assert "123456789" not in repr(redacted)
    assert redacted["lr"] == 0.1
    assert redacted["keys"] == [SECRET[:4], 1]
    assert redacted["db"]["use_auth"] is True
    assert redacted["db"]["secret"] is None


def test_files_that_hold_a_secret(redactor: Redactor) -> None:
    token = "hf_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"
    begin = "-----BEGIN " + "PRIVATE KEY-----"
    assert redactor.holds_secret(f'TOKEN = "{token}"'.encode())
    assert redactor.holds_secret(f"{begin}\nabc\n".encode())
    assert redactor.holds_secret(b"url = https://me:hunter2secret@db.internal/x")
    assert redactor.holds_secret(b'api_key = "aB3dE6gH9jK2mN5p"')
    assert Redactor([SECRET]).holds_secret(SECRET.encode())
    for text in (
        b"token = read_token()",
        b'token = os.environ["HF_TOKEN"]',
        b"https://user:pass@example.org",
        b"\xff\x00",
    ):
        assert not redactor.holds_secret(text), text


@given(st.text(max_size=200), st.integers(0, 200))
@settings(deadline=None, max_examples=300)
def test_whatever_stands_around_it_a_known_value_goes(text: str, at: int) -> None:
    redactor = Redactor([SECRET], key=KEY)
    redacted = redactor.text(text[:at] + SECRET + text[at:])
    assert SECRET not in redacted
    assert redactor.text(redacted) == redacted


@given(st.binary(max_size=300), st.lists(st.integers(0, 300), max_size=6))
@settings(deadline=None, max_examples=300)
def test_a_stream_in_pieces_is_as_in_one(data: bytes, cuts: list[int]) -> None:
    whole, pieces = RedactedStream(Redactor(key=KEY)), RedactedStream(Redactor(key=KEY))
    expected = whole.feed(data) + whole.finish()
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    parts = [pieces.feed(data[a:b]) for a, b in zip(edges, edges[1:], strict=False)]
    assert b"".join([*parts, pieces.finish()]) == expected


def test_a_stream_hides_a_key_of_many_lines() -> None:
    stream = RedactedStream(Redactor(key=KEY))
    body = base64.b64encode(random.Random(0).randbytes(200)).decode()
    lines = [
        "start",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        body,
        body,
        "-----END RSA " + "PRIVATE KEY-----",
        "end",
        "",
    ]
    text = b"".join(stream.feed(line.encode() + b"\n") for line in lines)
    assert body.encode() not in text
    assert text.startswith(b"start\n<redacted:")
    assert text.endswith(b">\nend\n\n")


def test_a_stream_keeps_bytes_that_are_no_text() -> None:
    stream = RedactedStream(Redactor(key=KEY))
    assert stream.feed(b"\xff\xfe\r10%\r\n") + stream.feed(b"\x80") + stream.finish() == b"\xff\xfe\r10%\r\n\x80"


def test_the_key_is_private_and_stays(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        key = key_at(tmp_path / "key")
    finally:
        os.umask(before)
    assert len(key) == 32
    assert key_at(tmp_path / "key") == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    (tmp_path / "key").write_bytes(key[:7])
    assert key_at(tmp_path / "key") == key_at(tmp_path / "key") != key


def test_an_ordinary_line_costs_little(redactor: Redactor) -> None:
    lines = [
        "epoch 12 step 3400 loss 0.234 acc 0.9123 lr 1e-4 tokens/s 12345 [00:12<00:30, 123.4it/s] key_dim 64 ...",
        "just an ordinary line of text with about one hundred characters in it, loss=0.25, accuracy=0.913, done",
    ]
    best = min(_seconds(redactor, lines) for _ in range(5))
    assert best / (200 * len(lines)) < 60e-6, "20 microseconds are meant; a busy machine is given three times that"


def test_a_long_line_costs_no_square_of_its_length(redactor: Redactor) -> None:
    for line in (
        "a" * 60_000 + " key",
        "a=" * 30_000 + "key",
        "key " * 15_000,
        "token=" * 10_000,
        "://@" + "b" * 60_000,
    ):
        began = time.process_time()
        redactor.text(line)
        assert time.process_time() - began < 2.0


def _seconds(redactor: Redactor, lines: list[str]) -> float:
    began = time.process_time()
    for _ in range(200):
        for line in lines:
            redactor.text(line)
    return time.process_time() - began
