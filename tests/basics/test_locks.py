"""A lock keeps others out, ends with its process, and works without the file system's help."""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from pathlib import Path

import pytest

from samerun.basics import locks


@pytest.fixture(params=["flock", "refused"])
def lock(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "refused":

        def refuse(descriptor: int, operation: int) -> None:
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

        monkeypatch.setattr(fcntl, "flock", refuse)
    return tmp_path / "lock"


def test_only_one_holds_it(lock: Path) -> None:
    inside: list[int] = []
    most = []

    def work(number: int) -> None:
        for _ in range(5):
            with locks.locked(lock):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.0005)
                inside.remove(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 30
    assert max(most) == 1


def test_waiting_has_an_end(lock: Path) -> None:
    with locks.locked(lock), pytest.raises(TimeoutError), locks.locked(lock, timeout=0.05):
        pass
    with locks.locked(lock, timeout=0.05):
        pass


def test_it_is_free_after_an_exception(lock: Path) -> None:
    with pytest.raises(ZeroDivisionError), locks.locked(lock):
        raise ZeroDivisionError
    with locks.locked(lock, timeout=0.05):
        pass


def test_a_dead_holder_is_no_holder(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        with locks.locked(tmp_path / "lock"):
            os._exit(0)
    os.waitpid(child, 0)
    with locks.locked(tmp_path / "lock", timeout=0.05):
        pass


def test_a_stale_file_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    held = tmp_path / "lock.held"
    held.touch()
    os.utime(held, (time.time() - 120, time.time() - 120))
    with locks.locked(tmp_path / "lock", timeout=1.0):
        assert held.exists()
    assert not held.exists()
