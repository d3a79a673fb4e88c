"""A file is hashed as it was at one moment, or not at all."""

from __future__ import annotations

import hashlib
import mmap
import os
import socket
import threading
import time
from pathlib import Path

import pytest
from blake3 import blake3

from samerun.basics import hashing
from samerun.data import reading
from samerun.data.reading import checked_algorithms, read_file
from samerun.errors import BadOption


def rested(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    time.sleep(0.025)
    return path


@pytest.mark.parametrize("size", [0, 1, 70_000, (8 << 20) + 3])
def test_every_hash_is_that_of_the_content(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    told: list[int] = []
    read = read_file(rested(tmp_path / "file", data), also=("sha256", "md5"), on_bytes=told.append)
    assert read.blake3 == blake3(data).hexdigest()
    assert read.others == {"sha256": hashlib.sha256(data).hexdigest(), "md5": hashlib.md5(data).hexdigest()}
    assert (read.size, read.why, read.rested) == (size, "", True)
    assert sum(told) == (size if size >= 8 << 20 else 0)


def test_a_name_in_an_open_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    folder = os.open(tmp_path, os.O_RDONLY)
    assert read_file("file", folder).blake3 == blake3(b"x").hexdigest()
    os.close(folder)


def test_a_sparse_file_is_its_zeros(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(20 << 20)
    assert read_file(tmp_path / "sparse").blake3 == blake3(bytes(20 << 20)).hexdigest()


def test_what_is_no_file_is_not_read_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    held = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(tmp_path)  # a socket's path may have 100 letters
    try:
        held.bind("socket")
    finally:
        os.chdir(here)
    start = time.perf_counter()
    for name in ("pipe", "link", "socket", ".", "none"):
        read = read_file(tmp_path / name)
        assert (read.blake3, bool(read.why)) == ("", True)
    assert time.perf_counter() - start < 8
    held.close()


def change_while_reading(monkeypatch: pytest.MonkeyPatch, change: object, times: int = 1) -> list[int]:
    """Let something happen right after the content was read, before its stat is taken again."""
    calls: list[int] = []
    real = hashing.hash_open

    def hash_then_change(*arguments: object) -> tuple[str, int]:
        result = real(*arguments)  # type: ignore[arg-type]
        calls.append(1)
        if len(calls) <= times:
            change()  # type: ignore[operator]
        return result

    monkeypatch.setattr(reading, "hash_open", hash_then_change)
    return calls


def test_a_file_that_changes_once_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rested(tmp_path / "file", b"old")
    calls = change_while_reading(monkeypatch, lambda: path.write_bytes(b"new"))
    assert read_file(path).blake3 == blake3(b"new").hexdigest()
    assert len(calls) == 2


@pytest.mark.parametrize("change", ["write", "append", "truncate"])
def test_a_file_that_keeps_changing_has_no_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    path = rested(tmp_path / "file", b"0123456789")

    def act() -> None:
        if change == "write":
            path.write_bytes(os.urandom(10))
        elif change == "append":
            with path.open("ab") as file:
                file.write(b"more")
        else:
            os.truncate(path, max(path.stat().st_size - 1, 0))

    change_while_reading(monkeypatch, act, 99)
    read = read_file(path)
    assert (read.blake3, read.why) == ("", "it keeps changing while it is read")


def test_a_restored_time_does_not_hide_a_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rested(tmp_path / "file", b"old")
    times = path.stat()

    def act() -> None:
        path.write_bytes(b"new")
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    change_while_reading(monkeypatch, act)
    assert read_file(path).blake3 == blake3(b"new").hexdigest()


def test_a_file_that_is_replaced_is_hashed_as_one_of_the_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = rested(tmp_path / "file", b"old")
    (tmp_path / "other").write_bytes(b"new")
    change_while_reading(monkeypatch, lambda: os.replace(tmp_path / "other", path))
    assert read_file(path).blake3 in (blake3(b"old").hexdigest(), blake3(b"new").hexdigest())


def test_a_big_file_that_grows_and_shrinks_never_gets_a_hash_of_something_in_between(tmp_path: Path) -> None:
    path = tmp_path / "big"
    sides = [bytes([number]) * (9 << 20) for number in (1, 2)]
    path.write_bytes(sides[0])
    stop = threading.Event()

    def write() -> None:
        while not stop.is_set():
            for side in sides:
                with path.open("r+b", buffering=0) as file:
                    file.write(side)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        reads = [read_file(path) for _ in range(5)]
    finally:
        stop.set()
        thread.join()
    whole = {blake3(side).hexdigest() for side in sides}
    assert all(read.why or read.blake3 in whole for read in reads)


def test_a_file_written_within_one_tick_is_not_taken_for_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for number in range(30):
        path.write_text(f"{number:04}")
        read = read_file(path)
        assert read.blake3 == blake3(f"{number:04}".encode()).hexdigest()
        assert read.rested


def test_a_mapped_file_that_changes_unseen_is_read_until_two_readings_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rested(tmp_path / "file", b"x" * 8192)
    with path.open("r+b") as file:
        mapped = mmap.mmap(file.fileno(), 0)
    mapped[0] = 1
    time.sleep(0.03)

    def act() -> None:
        mapped[1] += 1

    change_while_reading(monkeypatch, act, 1)
    assert read_file(path).blake3 == blake3(bytes(mapped)).hexdigest()
    change_while_reading(monkeypatch, act, 99)
    assert read_file(path).why
    mapped.close()


def test_it_is_read_only_once_a_change_would_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Newer kernels tick finely enough for no test to hit one tick twice, so the order itself is looked at.
    path, steps, real = rested(tmp_path / "file", b"x"), [], hashing.hash_open
    monkeypatch.setattr(reading, "wait_for_tick", lambda facts: bool(steps.append("wait")))
    monkeypatch.setattr(reading, "hash_open", lambda *arguments: steps.append("read") or real(*arguments))
    read = read_file(path)
    assert steps == ["wait", "read"]
    assert (read.blake3, read.rested) == (blake3(b"x").hexdigest(), False)


def test_a_file_that_is_open_for_writing_is_not_trusted_later(tmp_path: Path) -> None:
    path = rested(tmp_path / "file", b"x")
    with path.open("r+b"):
        assert not read_file(path).rested
    assert read_file(path).rested


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="there is no /proc")
def test_a_file_without_a_size_is_read_and_not_trusted_later() -> None:
    read = read_file("/proc/version")
    assert (read.blake3, read.rested) == (blake3(Path("/proc/version").read_bytes()).hexdigest(), False)


def test_algorithms() -> None:
    assert checked_algorithms(["md5", "blake3", "md5"]) == ("md5",)
    with pytest.raises(BadOption, match="no hash 'sha1'"):
        checked_algorithms(["sha1"])
