"""A mapped file is the file, and nobody who cuts it ends this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.basics import mapped as subject
from samerun.basics.leases import is_wanted
from samerun.basics.mapped import mapped_pieces

PAGE = 4096


@pytest.fixture
def file(tmp_path: Path) -> Callable[[int], Path]:
    """Return what makes a file of so many bytes."""

    def make(count: int) -> Path:
        path = tmp_path / "file"
        path.write_bytes(os.urandom(count))
        return path

    return make


@pytest.fixture
def local(tmp_path: Path) -> None:
    """Skip where the temporary folder does not lie on a file system of this machine that grants leases."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    is_local = subject._is_local(descriptor)
    os.close(descriptor)
    if not is_local:
        pytest.skip("no local file system here")


def taken(path: Path) -> tuple[bytes, int]:
    """Return what was mapped of a file, and where its position is then."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        found = b"".join(bytes(piece) for piece in mapped_pieces(descriptor, PAGE))
        return found, os.lseek(descriptor, 0, os.SEEK_CUR)
    finally:
        os.close(descriptor)


@pytest.mark.usefixtures("local")
@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, 3 * PAGE, 3 * PAGE + 5])
def test_the_pieces_are_the_file(file: Callable[[int], Path], count: int) -> None:
    path = file(count)
    assert taken(path) == (path.read_bytes(), count)


@pytest.mark.usefixtures("local")
def test_it_goes_on_where_the_file_stands(file: Callable[[int], Path]) -> None:
    path = file(3 * PAGE + 5)
    descriptor = os.open(path, os.O_RDONLY)
    os.lseek(descriptor, 7, os.SEEK_SET)
    assert b"".join(map(bytes, mapped_pieces(descriptor, PAGE))) == path.read_bytes()[7:]
    os.close(descriptor)


@pytest.mark.usefixtures("local")
def test_a_file_that_somebody_writes_is_not_mapped(file: Callable[[int], Path]) -> None:
    path = file(3 * PAGE)
    with path.open("r+b"):
        assert taken(path) == (b"", 0)


@pytest.mark.usefixtures("local")
def test_whoever_cuts_it_waits_for_one_piece_and_the_rest_is_left(file: Callable[[int], Path]) -> None:
    path = file(100 * PAGE)
    before = path.read_bytes()
    descriptor = os.open(path, os.O_RDONLY)
    reading = mapped_pieces(descriptor, PAGE)
    first = bytes(next(reading))
    with subprocess.Popen([sys.executable, "-c", f"import os; os.truncate({str(path)!r}, 0)"]) as child:
        while not is_wanted(descriptor):
            assert child.poll() is None
        assert path.stat().st_size == len(before)
        assert list(reading) == []
        assert child.wait(30) == 0
    assert first == before[:PAGE]
    assert os.lseek(descriptor, 0, os.SEEK_CUR) == PAGE
    assert path.stat().st_size == 0
    os.close(descriptor)


@pytest.mark.usefixtures("local")
def test_leaving_early_gives_the_lease_back(file: Callable[[int], Path]) -> None:
    path = file(3 * PAGE)
    descriptor = os.open(path, os.O_RDONLY)
    reading = mapped_pieces(descriptor, PAGE)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    path.open("r+b").close()  # would wait for 45 s
    os.close(descriptor)


def test_what_is_not_of_this_machine_alone_is_not_mapped(
    file: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subject, "_LOCAL", frozenset())
    assert taken(file(PAGE)) == (b"", 0)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
def test_what_has_no_size_is_not_mapped() -> None:
    assert taken(Path("/proc/self/maps")) == (b"", 0)
    descriptor = os.open("/", os.O_RDONLY)
    assert list(mapped_pieces(descriptor)) == []
    os.close(descriptor)


@pytest.mark.usefixtures("local")
def test_where_there_is_no_room_it_is_not_mapped(file: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subject.mmap, "mmap", refuse)
    assert taken(file(PAGE)) == (b"", 0)
