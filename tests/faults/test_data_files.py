"""Whatever happens to samerun while it reads data, the data stays as it is: bit for bit, and in its place."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from samerun.basics import files
from samerun.data.locking import lock
from samerun.data.verifying import verify

FULL = os.environ.get("SAMERUN_TEST_SCALE") == "full"
LOCK = [sys.executable, "-m", "samerun.cli.main", "data", "lock", "data", "--sha256"]

Facts = dict[str, tuple[int, ...] | tuple[str, ...]]


def facts(top: Path) -> Facts:
    """Return everything that may not change of a tree: names, inodes, modes, links, sizes, times and bytes."""
    found: Facts = {}
    for path in [top, *sorted(top.rglob("*"))]:
        one = path.lstat()
        kept = (one.st_ino, one.st_mode, one.st_nlink, one.st_size, one.st_mtime_ns, one.st_ctime_ns, one.st_uid)
        content = path.read_bytes().hex() if stat.S_ISREG(one.st_mode) else ""
        found[str(path)] = (*map(str, kept), content)
    return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with data of every sort."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "store"))
    work = tmp_path / "work"
    (work / "data/x/empty").mkdir(parents=True)
    for number in range(50):
        (work / f"data/x/{number}").write_bytes(os.urandom(number * 100))
    (work / "data/big").write_bytes(os.urandom(9 << 20))
    (work / "data/middling").write_bytes(os.urandom(1 << 20))
    (work / "data/link").symlink_to("x/1")
    os.link(work / "data/x/2", work / "data/hard")
    os.mkfifo(work / "data/pipe")
    (work / "data/x/3").chmod(0o400)
    monkeypatch.chdir(work)
    return work


def test_nothing_is_changed_by_locking_verifying_and_comparing(here: Path) -> None:
    before = facts(here / "data")
    lock("data", "data.lock", also=("md5",))
    assert verify("data.lock").same
    for arguments in (["verify", "data.lock"], ["diff", "data", "data.lock"], ["lock", "data"]):
        subprocess.run([*LOCK[:4], *arguments], check=True, capture_output=True)
    assert facts(here / "data") == before


@pytest.mark.faults
def test_killed_at_any_moment(here: Path) -> None:
    before = facts(here / "data")
    draw = random.Random(4)
    for _ in range(200 if FULL else 12):
        child = subprocess.Popen(LOCK, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.02, 0.2))
        child.send_signal(signal.SIGKILL)
        child.wait()
        if Path("data.lock").exists():
            assert verify("data.lock").same  # whole or not there
            Path("data.lock").unlink()
    assert facts(here / "data") == before


def test_an_interruption_ends_with_130_and_no_lock(here: Path) -> None:
    with open("data/huge", "wb") as file:
        file.truncate(20 << 30)
    child = subprocess.Popen(LOCK, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    time.sleep(0.8)
    child.send_signal(signal.SIGINT)
    start = time.perf_counter()
    _, said = child.communicate(timeout=20)
    assert (child.returncode, b"interrupted" in said) == (130, True)
    assert time.perf_counter() - start < 5
    assert not [name for name in os.listdir() if "lock" in name]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("call", ["write", "replace", "open"])
def test_a_disk_that_fails_leaves_data_and_old_lock(
    here: Path, monkeypatch: pytest.MonkeyPatch, number: int, call: str
) -> None:
    lock("data", "data.lock")
    before, old = facts(here / "data"), Path("data.lock").read_bytes()
    (here / "data/new").write_text("x")
    real = getattr(os, call)

    def fail(*arguments: object, **named: object) -> object:
        if call != "open" or ".tmp" in str(arguments[0]):
            raise OSError(number, os.strerror(number))
        return real(*arguments, **named)

    monkeypatch.setattr(files.os, call, fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        lock("data", "data.lock")
    monkeypatch.undo()
    os.chdir(here)
    (here / "data/new").unlink()
    assert Path("data.lock").read_bytes() == old
    assert not [name for name in os.listdir() if name.endswith(".tmp")]
    assert {key: value for key, value in facts(here / "data").items() if key != str(here / "data")} == {
        key: value for key, value in before.items() if key != str(here / "data")
    }


@pytest.mark.skipif(shutil.which("unshare") is None or os.geteuid() != 0, reason="no mounts can be made here")
@pytest.mark.parametrize("disk", ["full", "read-only"])
def test_on_a_disk_that_cannot_be_written(here: Path, disk: str) -> None:
    mount = {
        "full": "mkdir out && mount -t tmpfs -o size=4k none out",
        "read-only": "mkdir out && mount --bind out out && mount -o remount,ro,bind out && "
        "mount --bind data data && mount -o remount,ro,bind data",
    }[disk]
    script = (
        f"{mount} || exit 9; {sys.executable} -m samerun.cli.main data lock data -o out/data.lock; echo status $?; "
        "ls -A out; "
        f"{sys.executable} -m samerun.cli.main data lock data && "
        f"{sys.executable} -m samerun.cli.main data verify data.lock; echo status $?"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode == 9:
        pytest.skip(f"no mounts can be made here: {done.stderr}")
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("status 2", "status 0")
    assert len(lines) == 4  # nothing was left where the lock could not be written
    assert "the disk is full" in done.stderr or "the disk can only be read" in done.stderr


@pytest.mark.faults
def test_files_that_come_and_go_while_they_are_read(here: Path) -> None:
    code = (
        "import os, itertools\nfor n in itertools.count():\n    name = f'data/x/t{n % 40}'\n"
        "    with open(name, 'wb') as file:\n        file.write(os.urandom(2000))\n"
        "    os.rename(name, f'data/x/u{n % 30}')\n    (n % 3) or os.unlink(f'data/x/u{n % 30}')\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code])
    try:
        for _ in range(20 if FULL else 5):
            done = subprocess.run(LOCK, capture_output=True, text=True, check=False)
            assert done.returncode in (0, 2), done.stderr
            assert done.returncode == 0 or "cannot be identified" in done.stderr
    finally:
        child.kill()
        child.wait()
    assert subprocess.run(LOCK, check=False, capture_output=True).returncode == 0
    assert verify("data.lock").same


@pytest.mark.faults
def test_a_hundred_thousand_files(here: Path) -> None:
    for folder in range(20 if not FULL else 100):
        (here / f"data/m/{folder}").mkdir(parents=True)
        for number in range(1000):
            os.close(os.open(here / f"data/m/{folder}/{number}", os.O_CREAT | os.O_WRONLY))
    made = lock("data", "data.lock")
    assert made.manifest.files == 53 + (100_000 if FULL else 20_000)
    assert verify("data.lock", quick=True).same
