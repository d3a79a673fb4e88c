"""A full or failing disk is never silent, and never hurts what is there."""

from __future__ import annotations

import errno
import json
import os
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from samerun.basics import files
from samerun.store import folder as folders
from samerun.store.layout import StoreLayout
from samerun.store.metrics_log import MetricsWriter, read

from .conftest import SCALE, MakeRun, environment, python, run_record

pytestmark = pytest.mark.faults

ON_A_SMALL_DISK = """
import json, os, sys, time
from pathlib import Path
from samerun.store.layout import StoreLayout
from samerun.store.metrics_log import MetricsWriter, read

os.chdir(sys.argv[1])
ballast = Path("ballast")
ballast.write_bytes(b"x" * 8192)
layout = StoreLayout(Path("store")).create()
folder = layout.run_folder("digits", "20260101_120000_abc123").create()
folder.logs.mkdir()
writer = MetricsWriter(folder.logs, rank=0)
acknowledged, refused = [], 0
for step in range(10_000):
    try:
        writer.log({"step": step})
    except OSError:
        refused += 1
        if refused == 5:
            ballast.unlink()
        if refused > 50:
            break
        continue
    acknowledged.append(step)
found = read(folder.metrics)
print(json.dumps({"acknowledged": acknowledged, "refused": refused, "problems": found.problems,
                  "found": [record.values["step"] for record in found.records]}))
"""


def on_small_disk(size: int, mount: Path, program: str) -> dict[str, Any]:
    """Run a program on a file system of so many bytes and return what it printed."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    inner = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
    command = ["unshare", "-rm", "sh", "-c", inner, "sh", str(size), str(mount), *python("-c", program, str(mount))]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=60)
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("no file system can be mounted here")
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_a_full_disk_acknowledges_nothing_falsely_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    for number in range(4 * SCALE):
        size = 65_536 + number * 4096 * 3
        said = on_small_disk(size, tmp_path, ON_A_SMALL_DISK)
        assert said["refused"] > 0
        assert said["found"] == said["acknowledged"], size
        assert said["problems"] == []
        gaps = sum(b != a + 1 for a, b in zip(said["acknowledged"], said["acknowledged"][1:], strict=False))
        assert gaps >= 1, "it went on after the room was made"


def test_a_file_that_may_not_grow(tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        limit = 2000
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        writer, acknowledged = MetricsWriter(tmp_path, rank=0), 0
        for step in range(100):
            try:
                writer.log({"step": step})
                acknowledged += 1
            except OSError:
                continue
        os._exit(acknowledged)
    acknowledged = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    found = read(tmp_path / "metrics.jsonl")
    assert 0 < acknowledged == len(found.records)
    assert found.problems == []


class FailingOs:
    """Stands for ``os`` where files are written: the Nth call that changes the disk fails, for good if ``lasting``."""

    CALLS = ("open", "write", "fsync", "fchmod", "replace", "mkdir", "link", "ftruncate")

    def __init__(self, fail_at: int, error: int, lasting: bool) -> None:
        self.count, self.fail_at, self.error, self.lasting = 0, fail_at, error, lasting

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in self.CALLS:
            return real

        def call(*arguments: Any, **keywords: Any) -> Any:
            self.count += 1
            if self.count == self.fail_at or (self.lasting and self.count > self.fail_at):
                raise OSError(self.error, os.strerror(self.error))
            return real(*arguments, **keywords)

        return call


@pytest.mark.parametrize("lasting", [False, True])
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_sealing_on_a_failing_disk_tells_and_keeps_what_was_there(
    make_run: MakeRun, monkeypatch: pytest.MonkeyPatch, error: int, lasting: bool
) -> None:
    folder = make_run()
    changed = run_record(folder.id, tags=["changed"])
    for fail_at in range(1, 60):
        disk = FailingOs(fail_at, error, lasting)
        told = False
        with monkeypatch.context() as patched:
            patched.setattr(files, "os", disk)
            try:
                folders.seal(folder, changed)
            except OSError:
                told = True
        run = folders.load(folder)
        assert told or run.tags == ["changed"], "an acknowledgement is true"
        assert folders.problems(folder) == [], "what was there is as it was, or all is new"
        assert not [name for name in os.listdir(folder.path) if name.endswith(".tmp")]
        if disk.count < fail_at:
            return
    pytest.fail("there is no end to the calls")


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "outputs").write_text("a file is in the way")
    with pytest.raises(OSError, match="Not a directory|File exists"):
        StoreLayout(tmp_path / "outputs" / "experiments").create()


def test_scale_is_said() -> None:
    assert SCALE in (1, 10)
