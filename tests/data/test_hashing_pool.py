"""Whoever reads a file, every file is read once, and what goes wrong belongs to its file."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from samerun.basics.hashing import hash_bytes
from samerun.data import hashing_pool
from samerun.data.hashing_pool import FileHashes, Pool
from samerun.data.manifest import Entry
from samerun.data.reading import FileRead
from samerun.data.seen import Unread


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(300):
        (tmp_path / f"{number:03}").write_bytes(b"%d" % number)
    return tmp_path


def hashes_of(folder: Path) -> FileHashes:
    names = sorted(os.listdir(folder))
    return FileHashes("", "", names, [os.stat(folder / name) for name in names], [""] * len(names))


def read_all(folder: Path) -> list[Entry]:
    hashes, entries, unread = hashes_of(folder), [], []  # type: ignore[var-annotated]
    with Pool((), None) as pool:
        descriptor = os.open(folder, os.O_RDONLY)
        pool.read(hashes, descriptor)
        os.close(descriptor)
        pool.finish()
    hashes.add_to(entries, unread)
    assert unread == []
    return entries


@pytest.mark.parametrize("small", [0, 100, 256 << 10])
def test_by_threads_and_without_it_is_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch, small: int) -> None:
    monkeypatch.setattr(hashing_pool, "SMALL", small)
    assert [entry.blake3 for entry in read_all(folder)] == [hash_bytes(b"%d" % number) for number in range(300)]


def test_once_it_has_to_wait_many_wait_at_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: set[str] = set()

    def slow(name: str, *arguments: object) -> FileRead:
        threads.add(threading.current_thread().name)
        time.sleep(0.002)
        return FileRead("0" * 64)

    monkeypatch.setattr(hashing_pool, "read_file", slow)
    hashes = hashes_of(folder)
    with Pool((), None) as pool:
        for _ in range(3):
            pool.read(hashes, os.open(folder, os.O_RDONLY))
        pool.finish()
    assert len(threads) > 8


def test_descriptors_are_given_back_and_few_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing_pool, "SMALL", 0)
    monkeypatch.setattr(hashing_pool, "_MOST_OPEN", 3)
    before = len(os.listdir("/proc/self/fd"))
    descriptor = os.open(folder, os.O_RDONLY)
    with Pool((), None) as pool:
        for _ in range(20):
            pool.read(hashes_of(folder), descriptor)
            assert len(os.listdir("/proc/self/fd")) < before + 12
    os.close(descriptor)
    assert len(os.listdir("/proc/self/fd")) == before
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("samerun-hash")]


def test_an_interruption_waits_for_no_long_queue(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing_pool, "SMALL", 0)
    monkeypatch.setattr(hashing_pool, "read_file", lambda *arguments: time.sleep(0.02) or FileRead())
    descriptor = os.open(folder, os.O_RDONLY)
    start = time.perf_counter()
    with suppress(KeyboardInterrupt), Pool((), None) as pool:
        pool.read(hashes_of(folder), descriptor)
        raise KeyboardInterrupt
    assert time.perf_counter() - start < 8
    os.close(descriptor)


def test_what_could_not_be_read_is_said_of_its_file(folder: Path) -> None:
    hashes = hashes_of(folder)
    (folder / "007").unlink()
    entries: list[Entry] = []
    unread: list[Unread] = []
    with Pool((), None) as pool:
        pool.read(hashes, os.open(folder, os.O_RDONLY))
    hashes.add_to(entries, unread)
    assert unread == [Unread("007", "it vanished while the folder was read")]
    assert len(entries) == 299
