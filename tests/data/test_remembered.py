"""The cache never vouches for a file that may have changed."""

from __future__ import annotations

import mmap
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from samerun.basics.hashing import hash_bytes, stat_key
from samerun.data import hashing_pool, remembered
from samerun.data.identity import hash_tree
from samerun.data.remembered import Remembered, cache_file, users_cache


class Data:
    """A folder that is looked at with a cache; ``read`` holds the names of the files that the last look opened."""

    def __init__(self, top: Path, cache: Path) -> None:
        self.top, self.cache, self.read = top, cache, []  # type: ignore[var-annotated]
        top.mkdir()

    def look(self) -> dict[str, str]:
        """Return the hash of every file."""
        self.read.clear()
        return {entry.path: entry.blake3 for entry in hash_tree(self.top, quick=True, cache=self.cache).entries}

    def truth(self) -> dict[str, str]:
        """Return the hash of every file as it is."""
        return {
            p.relative_to(self.top).as_posix(): hash_bytes(p.read_bytes()) for p in self.top.rglob("*") if p.is_file()
        }

    def rest(self) -> None:
        """Wait until nothing is young, look once to learn, and once more to see that nothing is read."""
        time.sleep(0.025)
        assert self.look() == self.truth()
        assert self.look() == self.truth()
        assert self.read == []


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Data:
    made = Data(tmp_path / "data", tmp_path / "cache")
    real = hashing_pool.read_file

    def reading(name: str, *arguments: object) -> object:
        made.read.append(os.path.basename(name))
        return real(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(hashing_pool, "read_file", reading)
    return made


@pytest.fixture
def two(data: Data) -> Data:
    for name in ("a", "b"):
        (data.top / name).write_bytes(b"content of " + name.encode())
    data.rest()
    return data


def in_place(file: Path) -> None:
    with file.open("r+b") as stream:
        stream.write(b"C")


def by_rename(file: Path) -> None:
    other = file.with_name("other")
    other.write_bytes(b"Content of a")
    shutil.copystat(file, other)
    os.replace(other, file)


def mapped(file: Path) -> None:
    with file.open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as memory:
        memory[0:1] = b"C"


def swapped(file: Path) -> None:
    other = file.with_name("b")
    os.rename(file, file.with_name("x"))
    os.rename(other, file)
    os.rename(file.with_name("x"), other)


def cut(file: Path) -> None:
    os.truncate(file, 3)


@pytest.mark.parametrize("restore", [False, True], ids=["", "times restored"])
@pytest.mark.parametrize("change", [in_place, by_rename, mapped, swapped, cut])
def test_a_changed_file_is_read_again(two: Data, change: Callable[[Path], None], restore: bool) -> None:
    file = two.top / "a"
    before = file.stat()
    change(file)
    if restore:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert two.look() == two.truth()
    assert "a" in two.read


def test_only_what_changed_is_read(two: Data) -> None:
    in_place(two.top / "a")
    two.look()
    assert two.read == ["a"]
    (two.top / "new").write_bytes(b"new")
    (two.top / "b").unlink()
    time.sleep(0.025)
    assert two.look() == two.truth()
    assert two.read == ["new"]


def test_changes_within_one_tick_are_seen(data: Data) -> None:
    file = data.top / "a"
    for number in range(40):
        with file.open("w") as stream:  # the same inode and size, often the same tick
            stream.write(f"{number:04}")
        assert data.look() == data.truth()


def test_a_file_that_is_held_open_for_writing_is_read_each_time(two: Data) -> None:
    with (two.top / "a").open("r+b", buffering=0) as stream, mmap.mmap(stream.fileno(), 0) as memory:
        for number in range(3):
            memory[0] = number
            assert two.look() == two.truth()
            assert two.read == ["a"]
            time.sleep(0.025)


def test_a_clock_that_was_set_back_forgets_all(two: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    monkeypatch.setattr(remembered.time, "time_ns", lambda: real() - 3_600_000_000_000)
    two.look()
    assert sorted(two.read) == ["a", "b"]


def test_a_clock_that_stands_earlier_after_a_restart_forgets_all(two: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.time_ns
    monkeypatch.setattr(remembered, "_boot", lambda: "another")
    monkeypatch.setattr(remembered.time, "time_ns", lambda: real() - 3_600_000_000_000)
    two.look()
    assert sorted(two.read) == ["a", "b"]


def test_a_clock_that_was_set_back_and_went_on_is_noticed(two: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.clock_gettime_ns
    # An hour has passed since the machine was started, but the clock shows hardly any.
    monkeypatch.setattr(remembered.time, "clock_gettime_ns", lambda which: real(which) + 3_600_000_000_000)
    two.look()
    assert sorted(two.read) == ["a", "b"]


def test_after_a_restart_the_cache_is_good(two: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "_boot", lambda: "another")
    monkeypatch.setattr(remembered, "_since_boot", lambda: 5)
    two.look()
    assert two.read == []


def test_a_copy_of_the_tree_is_another_tree(two: Data, tmp_path: Path) -> None:
    shutil.copytree(two.top, tmp_path / "copy")
    shutil.rmtree(two.top)
    os.rename(tmp_path / "copy", two.top)
    two.look()
    assert sorted(two.read) == ["a", "b"]


def test_every_flipped_byte_makes_an_empty_cache(two: Data) -> None:
    path = cache_file(two.cache, two.top)
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not Remembered(path)._known
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        assert not Remembered(path)._known
    path.write_bytes(whole)
    assert Remembered(path)._known


def test_odd_names_and_folders(data: Data) -> None:
    odd = os.fsdecode(b"\xff\n")
    (data.top / odd).mkdir()
    (data.top / odd / "é").write_bytes(b"1")
    (data.top / odd / odd).write_bytes(b"2")
    (data.top / "empty").mkdir()
    time.sleep(0.025)
    first = hash_tree(data.top, quick=True, cache=data.cache)
    data.read.clear()
    assert hash_tree(data.top, quick=True, cache=data.cache) == first
    assert data.read == []


def test_a_cache_that_cannot_be_written_is_no_failure(data: Data, tmp_path: Path) -> None:
    (data.top / "a").write_bytes(b"1")
    (tmp_path / "cache").write_bytes(b"a file where the folder should be")
    assert data.look() == data.truth()


def test_it_lies_in_the_users_cache_and_is_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert users_cache() == tmp_path / "xdg/samerun"
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a").write_bytes(b"1")
    hash_tree(tmp_path / "data")
    place = cache_file(users_cache(), tmp_path / "data")
    assert place.stat().st_mode & 0o777 == 0o600
    assert os.listdir(tmp_path / "data") == ["a"]
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert users_cache() == Path.home() / ".cache/samerun"


def test_what_was_learnt_before_an_interruption_is_kept(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "two"):
        (data.top / name).mkdir()
        (data.top / name / "a").write_bytes(name.encode())
    time.sleep(0.025)
    real = hashing_pool.Pool.read
    calls: list[int] = []

    def interrupted(pool: hashing_pool.Pool, *arguments: object) -> None:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        real(pool, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(hashing_pool.Pool, "read", interrupted)
    with pytest.raises(KeyboardInterrupt):
        data.look()
    assert data.look() == data.truth()
    assert len(data.read) == 1


def test_inodes_of_64_bits_and_times_before_1970() -> None:
    class Facts:
        st_size, st_mtime_ns, st_ctime_ns, st_ino, st_dev = 1, -5, -6, (1 << 64) - 3, 7

    one = [Facts(), Facts()]
    keys = remembered._keys(one)  # type: ignore[arg-type]
    assert len(keys) == 80
    one[1].st_ino = (1 << 64) - 4
    assert remembered._keys(one) != keys  # type: ignore[arg-type]


def test_one_file_is_known_by_its_stat(two: Data) -> None:
    (two.top / "sub").mkdir()
    (two.top / "sub" / "c").write_bytes(b"content of c")
    two.rest()
    cache = Remembered(cache_file(two.cache, two.top))
    assert cache.digest_of("", "a", stat_key(two.top / "a")) == hash_bytes(b"content of a")
    assert cache.digest_of("sub", "c", stat_key(two.top / "sub/c")) == hash_bytes(b"content of c")
    assert cache.digest_of("sub", "c", stat_key(two.top / "a")) == ""
    assert cache.digest_of("", "none", stat_key(two.top / "a")) == cache.digest_of("no", "a", (1, 2, 3, 4, 5)) == ""
    in_place(two.top / "a")
    assert cache.digest_of("", "a", stat_key(two.top / "a")) == ""


def test_an_inode_of_64_bits_is_known_too(tmp_path: Path) -> None:
    key = (5, 6, 7, (1 << 64) - 2, 8)
    names = ("st_size", "st_mtime_ns", "st_ctime_ns", "st_ino", "st_dev")
    cache = Remembered(tmp_path / "cache")
    facts: Any = SimpleNamespace(**dict(zip(names, key, strict=True)))
    cache.keep("", ["a"], [facts], ["a" * 64], [True])
    cache.save(whole=True)
    assert Remembered(tmp_path / "cache").digest_of("", "a", key) == "a" * 64
