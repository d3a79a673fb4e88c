"""A file that could change unseen is known for one."""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from samerun.basics import leases, resting
from samerun.basics.resting import FINE_TICK_NS, is_open_for_writing, tick_ns, wait_for_tick


class Facts:
    """A stat with the times that are wanted."""

    def __init__(self, changed_ns: int) -> None:
        self.st_ctime_ns = self.st_mtime_ns = changed_ns


def stat_of(changed_ns: int) -> os.stat_result:
    return Facts(changed_ns)  # type: ignore[return-value]


def asked(path: Path) -> bool:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return is_open_for_writing(descriptor, os.fstat(descriptor))
    finally:
        os.close(descriptor)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 8192)
    return path


def test_a_file_that_nobody_writes(file: Path) -> None:
    assert not asked(file)
    with file.open("rb"):
        assert not asked(file)


def test_a_file_that_is_open_for_writing(file: Path) -> None:
    with file.open("r+b"):
        assert asked(file)
    assert not asked(file)


def test_a_mapped_file_changes_without_its_times_and_is_known_for_it(file: Path) -> None:
    with file.open("r+b") as stream:
        mapped = mmap.mmap(stream.fileno(), 0)
    mapped[0] = 1
    time.sleep(0.03)
    before = file.stat()
    mapped[1] = 2
    after = file.stat()
    assert asked(file)
    if before.st_mtime_ns == after.st_mtime_ns:  # what makes it necessary
        assert file.read_bytes()[1] == 2
    mapped.close()
    assert not asked(file)


def test_another_process_that_writes_is_seen(file: Path) -> None:
    code = f"f = open({str(file)!r}, 'r+b'); print('open', flush=True); input()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    assert asked(file)
    child.communicate(b"\n")
    assert not asked(file)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EINVAL, errno.ENOLCK])
def test_where_the_kernel_cannot_be_asked_age_decides(file: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(descriptor: int, command: int, argument: int = 0) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    assert asked(file)
    assert not is_open_for_writing(0, stat_of(time.time_ns() - 41_000_000_000))
    monkeypatch.setattr(leases, "_SET_LEASE", None)
    assert asked(file)


def test_the_wait_is_as_long_as_it_takes_and_no_longer() -> None:
    now = time.time_ns()
    assert wait_for_tick(stat_of(now + 1))
    waited = time.time_ns() - now
    assert FINE_TICK_NS <= waited < FINE_TICK_NS * 200
    start = time.perf_counter()
    assert wait_for_tick(stat_of(now - FINE_TICK_NS))
    assert time.perf_counter() - start < 1.0


def test_no_wait_helps_against_a_future_time() -> None:
    start = time.perf_counter()
    assert not wait_for_tick(stat_of(time.time_ns() + 3_600_000_000_001))
    assert time.perf_counter() - start < 1.0


def test_whole_seconds_tell_of_a_coarse_clock() -> None:
    assert tick_ns(stat_of(5_000_000_000)) == resting.COARSE_TICK_NS
    assert tick_ns(stat_of(5_000_000_001)) == FINE_TICK_NS
