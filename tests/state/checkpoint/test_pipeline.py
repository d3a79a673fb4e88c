from __future__ import annotations

import os
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.state.checkpoint import pipeline
from samerun.state.checkpoint.pipeline import PIECE, Writer, pieces, read_all

SIZES = st.lists(st.sampled_from([0, 1, 63, 4096, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]), max_size=6)


def expected(data: bytes) -> str:
    digests = [blake3(data[start : start + PIECE]).digest() for start in range(0, len(data), PIECE)]
    return blake3(b"".join(digests)).hexdigest()


@settings(deadline=None, max_examples=20)
@given(SIZES)
def test_what_is_written_is_read_and_the_hash_is_by_pieces(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    parts = [os.urandom(1) * size for size in sizes]
    path = tmp_path_factory.mktemp("x") / "f"
    with path.open("wb") as file, Writer(file.fileno()) as writer:
        writer.write(*parts)
        digest = writer.finish()
        assert writer.offset == sum(sizes)
    data = b"".join(parts)
    assert path.read_bytes() == data + digest.encode()
    assert digest == expected(data)
    targets = [bytearray(size) for size in sizes]
    with path.open("rb") as file:
        assert read_all(file.fileno(), [memoryview(each) for each in targets]) == digest
        assert targets == parts
        assert read_all(file.fileno(), [memoryview(bytearray(len(data) + 65))]) is None


def test_pieces_are_full_but_for_the_last() -> None:
    views = [memoryview(bytes(size)) for size in (5, 2 * PIECE, 0, PIECE - 5, 7)]
    assert [sum(map(len, each)) for each in pieces(views)] == [PIECE, PIECE, PIECE, 7]


def test_many_small_views_go_beyond_what_one_call_takes(tmp_path: Path) -> None:
    parts = [number.to_bytes(2, "little") for number in range(3000)]
    path = tmp_path / "f"
    with path.open("wb") as file, Writer(file.fileno()) as writer:
        for part in parts:
            writer.write(part)
        digest = writer.finish()
    targets = [bytearray(2) for _ in parts]
    with path.open("rb") as file:
        assert read_all(file.fileno(), [memoryview(each) for each in targets]) == digest
    assert targets == parts


def test_short_writes_are_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writev = os.writev
    monkeypatch.setattr(pipeline.os, "writev", lambda fd, views: writev(fd, [views[0][: max(len(views[0]) // 2, 1)]]))
    path = tmp_path / "f"
    with path.open("wb") as file, Writer(file.fileno()) as writer:
        writer.write(b"hello", b"", b"world" * 1000)
        digest = writer.finish()
    assert path.read_bytes() == b"hello" + b"world" * 1000 + digest.encode()
