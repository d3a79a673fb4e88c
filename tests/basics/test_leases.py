"""A lease is granted where nobody writes, and holds up whoever wants to."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from samerun.basics import leases
from samerun.basics.leases import give_back, is_wanted, take_lease

pytestmark = pytest.mark.skipif(not hasattr(fcntl, "F_SETLEASE"), reason="no leases on this system")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 8192)
    return path


@pytest.fixture
def descriptor(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def test_nobody_writes_and_nobody_wants_to(descriptor: int) -> None:
    assert take_lease(descriptor) is True
    assert not is_wanted(descriptor)
    give_back(descriptor)
    give_back(descriptor)


def test_none_is_granted_where_somebody_writes(path: Path, descriptor: int) -> None:
    with path.open("r+b"):
        assert take_lease(descriptor) is False


@pytest.mark.parametrize("call", ["os.truncate({!r}, 0)", "open({!r}, 'r+b')"])
def test_whoever_wants_to_write_waits_until_it_is_given_back(path: Path, descriptor: int, call: str) -> None:
    assert take_lease(descriptor)
    code = f"import os; print('now', flush=True); {call.format(str(path))}"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        until = time.monotonic() + 30
        while not is_wanted(descriptor):
            assert time.monotonic() < until
            time.sleep(0.001)
        assert child.poll() is None
        assert path.stat().st_size == 8192
        give_back(descriptor)
        assert child.wait(30) == 0


@pytest.mark.parametrize("number", [errno.EACCES, errno.EINVAL, errno.ENOLCK])
def test_where_the_kernel_cannot_be_asked_nothing_is_known(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(descriptor: int, command: int, argument: int = 0) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, "fcntl", refuse)
    assert take_lease(0) is None
    monkeypatch.setattr(leases, "_SET_LEASE", None)
    assert take_lease(0) is None
