"""The hash of older versions of DVC: text by its lines, everything else as it is."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from samerun.data.dvc_hashes import legacy_md5s, looks_like_text


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


@pytest.mark.parametrize(
    ("content", "hashed"),
    [
        (b"", b""),
        (b"a\nb\n", b"a\nb\n"),
        (b"a\r\nb\r\n", b"a\nb\n"),
        (b"a\rb", b"a\rb"),
        (b"a\r\n\0", b"a\r\n\0"),
        (b"\xff\xfe\r\n" + b"\xff" * 9, b"\xff\xfe\r\n" + b"\xff" * 9),
        ("ä\r\n".encode() + b"plain text", "ä\n".encode() + b"plain text"),
        (b"t" * 600 + b"\r\n\0", b"t" * 600 + b"\n\0"),
    ],
)
def test_a_small_file_has_one_hash(tmp_path: Path, content: bytes, hashed: bytes) -> None:
    (tmp_path / "f").write_bytes(content)
    assert legacy_md5s(tmp_path / "f") == (md5(hashed),)


def test_a_large_file_whose_pieces_are_of_two_sorts_has_two(tmp_path: Path) -> None:
    text, odd = b"line\r\n" * 200_000, b"\0\r\n" * 400_000
    content = text[: 1 << 20] + odd[: 1 << 20]
    (tmp_path / "f").write_bytes(content)
    head, tail = text[: 1 << 20].replace(b"\r\n", b"\n"), odd[: 1 << 20]
    assert legacy_md5s(tmp_path / "f") == (md5(head + tail.replace(b"\r\n", b"\n")), md5(head + tail))


@pytest.mark.parametrize(
    ("block", "text"),
    [(b"", True), (b"abc", True), (b"a\0", False), (b"\x01" * 3 + b"a" * 7, True), (b"\x01" * 4 + b"a" * 6, False)],
)
def test_what_looks_like_text(block: bytes, text: bool) -> None:
    assert looks_like_text(block) is text


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no file"):
        legacy_md5s(tmp_path / "pipe")


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("f")
    with pytest.raises(OSError):
        legacy_md5s(tmp_path / "link")
