"""Hashes are BLAKE3's own, and the cache never vouches for what may have changed."""

from __future__ import annotations

import mmap
import os
import time
from pathlib import Path

import pytest
from blake3 import blake3

from samerun.basics import hashing
from samerun.basics.hashing import StatCache, hash_bytes, hash_file, stat_key


@pytest.mark.parametrize("size", [0, 1, 1 << 16, (8 << 20) - 1, 8 << 20, (8 << 20) + 1, (12 << 20) + 7])
def test_a_file_hashes_as_its_bytes(tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    (tmp_path / "file").write_bytes(data)
    assert hash_file(tmp_path / "file") == blake3(data).hexdigest() == hash_bytes(data)


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="there is no /proc")
def test_a_file_without_a_size_of_its_own_is_read_to_its_end() -> None:
    assert hash_file("/proc/version") == hash_bytes(Path("/proc/version").read_bytes())


def test_a_file_that_grows_while_it_is_read_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a" * 100)
    sized = os.stat(path)
    path.write_bytes(b"a" * 200)
    monkeypatch.setattr(os, "fstat", lambda descriptor: sized)
    assert hash_file(path) == hash_bytes(b"a" * 200)


def _old(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    past = time.time_ns() - 10_000_000_000
    os.utime(path, ns=(past, past))


def test_a_file_that_rests_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "file"
    _old(file, b"content")
    time.sleep(0.03)  # the change of its times is a change: only after the clock's grain can it be trusted
    cache = StatCache(tmp_path / "cache")
    digest = cache.hash(file)
    cache.save()
    again = StatCache(tmp_path / "cache")
    monkeypatch.setattr(hashing, "hash_open", lambda descriptor, size: ("read again", size))
    assert again.hash(file) == digest == hash_bytes(b"content")
    _old(file, b"CONTENT")
    assert again.hash(file) == "read again"


def test_a_file_changed_within_the_clocks_grain_is_not_vouched_for(tmp_path: Path) -> None:
    cache = StatCache(tmp_path / "cache")
    file = tmp_path / "file"
    for ordinal in range(50):
        # Same size, same inode, and often the same tick of the clock.
        with open(file, "w") as stream:
            stream.write(f"{ordinal:04}")
        assert cache.hash(file) == hash_bytes(f"{ordinal:04}".encode())


def test_a_file_that_somebody_may_be_changing_unseen_is_not_vouched_for(tmp_path: Path) -> None:
    file, cache = tmp_path / "file", StatCache(tmp_path / "cache")
    _old(file, b"a" * 4096)
    with file.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[0] = 98
        time.sleep(0.03)
        first = cache.hash(file)
        mapped[1] = 98  # the page is dirty already: no time changes
        assert cache.hash(file) == hash_bytes(b"bb" + b"a" * 4094) != first
    assert cache.lookup(str(file), stat_key(file)) is None


def test_what_was_needed_last_is_kept(tmp_path: Path) -> None:
    cache = StatCache(tmp_path / "cache", most=2)
    key = hashing.StatKey(1, 1, 1, 7, 8)
    for name in ("/a", "/b"):
        cache.remember(name, key, f"hash of {name}", 10**12)
    assert cache.lookup("/a", key) == "hash of /a"
    cache.remember("/c", key, "hash of /c", 10**12)
    cache.save()
    again = StatCache(tmp_path / "cache")
    assert [again.lookup(name, key) for name in ("/a", "/b", "/c")] == ["hash of /a", None, "hash of /c"]


def test_a_file_of_the_future_is_not_vouched_for(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"x")
    future = time.time_ns() + 3_600_000_000_000
    os.utime(file, ns=(future, future))
    cache = StatCache(tmp_path / "cache")
    cache.hash(file)
    assert cache.lookup(str(file), stat_key(file)) is None


def test_clocks_of_whole_seconds_need_more_distance(tmp_path: Path) -> None:
    cache = StatCache(tmp_path / "cache")
    key = hashing.StatKey(1, 5_000_000_000, 5_000_000_000, 7, 8)
    cache.remember("/x", key, "hash", 6_000_000_000)
    assert cache.lookup("/x", key) is None
    cache.remember("/x", key, "hash", 7_000_000_000)
    assert cache.lookup("/x", key) == "hash"


@pytest.mark.parametrize("content", [b"", b"rubbish", b"\x81\xa1x\x92\x95\x01\x02\x03\x04\x05\xa1", b"\xc1" * 100])
def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "cache").write_bytes(content)
    (tmp_path / "file").write_bytes(b"x")
    assert StatCache(tmp_path / "cache").hash(tmp_path / "file") == hash_bytes(b"x")
