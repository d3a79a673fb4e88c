"""What is shown to a replayed program read-only cannot be written through."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from samerun.launch import enter

_OUTER = ["unshare", "--user", "--map-root-user", "--mount"]
_INNER = "unshare --user --map-root-user"


def _can_unshare() -> bool:
    try:
        return subprocess.run([*_OUTER, "sh", "-c", f"{_INNER} true"], capture_output=True).returncode == 0
    except OSError:
        return False


pytestmark = pytest.mark.skipif(not _can_unshare(), reason="user and mount namespaces do not work here")


def _enter_below(disk: Path, options: str, deed: str) -> subprocess.CompletedProcess[str]:
    """Show ``disk/big`` in ``disk/project/data`` read-only, ``disk`` being mounted by somebody with more rights."""
    bind = {"source": f"{disk}/big", "target": f"{disk}/project/data", "read_only": True}
    plan = disk.parent / "plan.json"
    plan.write_text(json.dumps({"cwd": f"{disk}/project", "overlays": [], "binds": [bind]}))
    script = f"""
        mount -t tmpfs -o {options} tmpfs {disk} &&
        mkdir -p {disk}/big/below {disk}/project/data &&
        mount -t tmpfs tmpfs {disk}/big/below &&
        echo as it was | tee {disk}/big/file > {disk}/big/below/file &&
        {_INNER} {sys.executable} -I -S {enter.__file__} {plan} -- sh -c '{deed}'
        cat {disk}/big/file {disk}/big/below/file
    """
    return subprocess.run([*_OUTER, "sh", "-c", script], capture_output=True, text=True)


@pytest.mark.parametrize("options", ["rw", "nosuid,nodev", "nosuid,nodev,noexec,relatime"])
def test_nothing_is_written_through_what_is_shown(tmp_path: Path, options: str) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    done = _enter_below(disk, options, "cat data/file; echo changed > data/file; echo changed > data/below/file")
    assert done.stdout == "as it was\n" * 3
    assert done.stderr.count("Read-only file system") == 2
