"""A file in pieces is the file, whatever happens to it meanwhile."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from samerun.basics import pieces as module
from samerun.basics.pieces import PIECE, pieces


def read(path: Path, size: int = PIECE) -> list[bytes]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return [bytes(piece) for piece in pieces(descriptor, size)]
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("count", [0, 1, 4095, 4096, 4097, 3 * 4096, 3 * 4096 + 1])
def test_the_pieces_are_the_file(tmp_path: Path, count: int) -> None:
    data = os.urandom(count)
    (tmp_path / "file").write_bytes(data)
    found = read(tmp_path / "file", 4096)
    assert b"".join(found) == data
    assert all(len(piece) == 4096 for piece in found[:-1])


def test_no_piece_is_overwritten_while_it_is_worked_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"".join(bytes([number]) * 4096 for number in range(20)))
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    for number, piece in enumerate(pieces(descriptor, 4096)):
        threading.Event().wait(0.002)  # long enough for the reader to be ahead
        assert bytes(piece) == bytes([number]) * 4096
    os.close(descriptor)


def test_a_file_that_is_cut_while_it_is_read_ends_there_and_not_the_process(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 100 * 4096)
    descriptor = os.open(path, os.O_RDONLY)
    found = 0
    for piece in pieces(descriptor, 4096):
        os.truncate(path, 0)
        found += len(piece)
    os.close(descriptor)
    assert found <= 2 * 4096


def test_an_error_of_the_disk_comes_through(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(IsADirectoryError):
        list(pieces(descriptor))
    os.close(descriptor)


def test_leaving_early_leaves_no_thread(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100 * 4096)
    descriptor = os.open(tmp_path / "file", os.O_RDONLY)
    reading = pieces(descriptor, 4096)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    os.close(descriptor)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("samerun-read")]


def test_where_there_are_no_huge_pages_it_reads_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module.mmap, "MADV_HUGEPAGE", raising=False)
    (tmp_path / "file").write_bytes(b"content")
    assert read(tmp_path / "file") == [b"content"]
