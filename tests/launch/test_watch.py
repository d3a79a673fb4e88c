"""The kernel's own account of what happens in a folder."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.launch.watch import FolderWatch

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has inotify")


def until(ready: Callable[[], bool]) -> None:
    """Wait a moment for the watching thread."""
    for _ in range(200):
        if ready():
            return
        time.sleep(0.01)


def names(paths: set[str], folder: Path) -> list[str]:
    return sorted(os.path.relpath(path, folder) for path in paths)


def test_a_child_that_is_no_python_is_seen(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "in.txt").write_text("1")
    (tmp_path / "untouched").write_text("1")
    with FolderWatch([tmp_path]) as seen:
        subprocess.run("cat deep/er/in.txt > out.txt; mv out.txt named.txt; echo 2 >> named.txt; rm deep/er/in.txt",
                       shell=True, cwd=tmp_path, check=True)  # fmt: skip
    assert names(seen.opened, tmp_path) == ["deep/er/in.txt", "named.txt", "out.txt"]
    assert names(seen.written, tmp_path) == ["named.txt", "out.txt"]
    assert names(seen.created, tmp_path) == ["out.txt"]
    assert names(seen.moved, tmp_path) == ["named.txt"]
    assert names(seen.deleted, tmp_path) == ["deep/er/in.txt", "out.txt"]
    assert seen.reasons == []


def test_folders_that_come_later_are_watched_with_what_they_hold(tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / "moved").mkdir(parents=True)
    (other / "moved" / "old").write_text("1")
    top = tmp_path / "top"
    top.mkdir()
    with FolderWatch([top]) as seen:
        (top / "a" / "b").mkdir(parents=True)
        (top / "a" / "b" / "first").write_text("1")
        until(lambda: bool(seen.written))
        (top / "a" / "b" / "second").write_text("1")
        os.rename(other / "moved", top / "moved")
        until(lambda: any("moved" in path for path in seen._paths.values()))
        (top / "moved" / "old").read_text()
    assert {"a/b/first", "a/b/second"} <= set(names(seen.written, top))
    assert "moved/old" in names(seen.opened, top)
    assert "moved/old" not in names(seen.written, top)


def test_what_is_nobodys_result_is_skipped(tmp_path: Path) -> None:
    for name in (".git", "env", "mine", "seen", "__pycache__"):
        (tmp_path / name).mkdir()
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    with FolderWatch([tmp_path], skip=lambda path: path.name == "mine") as seen:
        for name in (".git", "env", "mine", "seen", "__pycache__"):
            (tmp_path / name / "file").write_text("1")
    assert names(seen.written, tmp_path) == ["seen/file"]


def test_a_folder_given_by_name_is_watched_whatever_its_name(tmp_path: Path) -> None:
    top = tmp_path / ".git"
    top.mkdir()
    with FolderWatch([top, tmp_path / "absent"]) as seen:
        (top / "file").write_text("1")
    assert names(seen.written, top) == ["file"]


def test_the_limit_is_said(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / str(number)).mkdir()
    with FolderWatch([tmp_path], most=3) as seen:
        (tmp_path / "file").write_text("1")
    assert seen.reasons == ["only the first 3 folders are watched"]
    assert names(seen.written, tmp_path) == ["file"]


def test_an_overflow_is_said(tmp_path: Path) -> None:
    seen = FolderWatch([tmp_path])
    seen._note(-1, 0x4000, "")
    assert seen.reasons == ["more happened to files at once than the kernel keeps"]


def test_elsewhere_it_says_that_it_sees_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with FolderWatch([tmp_path]) as seen:
        (tmp_path / "file").write_text("1")
    assert seen.written == set()
    assert seen.reasons == ["what native code and other programs open is not seen (only Linux has inotify)"]


def test_nothing_is_left_open(tmp_path: Path) -> None:
    gc.collect()  # what earlier tests left to be closed
    before = open_files()
    for _ in range(3):
        with FolderWatch([tmp_path]):
            pass
    assert open_files() == before


def open_files() -> Counter[str]:
    """Return what kinds of things this process has open, but for the folder that is listed for it."""
    for thread in threading.enumerate():
        if thread.name == "samerun-unwatch":  # the kernel is told apart, since it takes its time
            thread.join(10)
    links = (os.path.join("/proc/self/fd", name) for name in os.listdir("/proc/self/fd"))
    kinds = (os.readlink(link).partition(":")[0] for link in links if os.path.lexists(link))
    return Counter(kind for kind in kinds if not kind.startswith("/proc"))
