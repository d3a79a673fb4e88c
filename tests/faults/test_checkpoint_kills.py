"""Whatever ends a save, there is a whole checkpoint afterwards, and it is one of those that were being saved."""

from __future__ import annotations

import functools
import itertools
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from samerun.errors import CannotSave
from samerun.state import Checkpoints
from samerun.state.checkpoint import swapping

from .conftest import FULL, SOURCE

pytestmark = pytest.mark.faults

KILLS = 500 if FULL else 25
SIZE = 50_000


def weights(epoch: int) -> torch.Tensor:
    """What the state of an epoch is, so that any mixture of two shows."""
    return torch.arange(SIZE, dtype=torch.float32) * (epoch + 1)


def save_until_killed(folder: Path, ready: int, asynchronous: bool) -> None:
    """Save one checkpoint after the other, as fast as can be, and report each that ``save`` returned from."""
    checkpoints = Checkpoints(folder, keep_last=2, keep_best="loss", asynchronous=asynchronous)
    restored = checkpoints.load(generators=False)
    epoch = -1 if restored is None or restored.epoch is None else restored.epoch
    while True:
        epoch += 1
        checkpoints.save(epoch=epoch, metrics={"loss": abs(epoch % 7 - 3)}, weights=weights(epoch), epochs=[epoch])
        checkpoints.wait()
        os.write(ready, b"%d\n" % epoch)


def killed_at(folder: Path, seconds: float, asynchronous: bool) -> int:
    """Fork a saver, kill it after so many seconds, and return the last epoch that it acknowledged (-1: none)."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            save_until_killed(folder, write, asynchronous)
        finally:
            os._exit(1)
    os.close(write)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with open(read, "rb") as reports:
        lines = reports.read().splitlines()
    return int(lines[-1]) if lines else -1


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_kill_at_any_moment_leaves_a_whole_checkpoint(tmp_path: Path, asynchronous: bool) -> None:
    seed = random.Random(20)
    folder = tmp_path / "c"
    checkpoints = Checkpoints(folder, keep_best="loss")
    acknowledged = -1
    for _ in range(KILLS):
        acknowledged = max(acknowledged, killed_at(folder, seed.uniform(0.001, 0.06), asynchronous))
        if not folder.is_dir() or (acknowledged < 0 and not checkpoints.list()):
            continue
        for which in ("last", *(["best"] if (folder / "best.pt").exists() else [])):
            target = torch.zeros(SIZE)
            restored = checkpoints.load(which, weights=target, generators=False)
            assert restored is not None
            assert restored.epoch is not None
            assert torch.equal(target, weights(restored.epoch)), restored.name
            assert restored.values["epochs"] == [restored.epoch]
        latest = checkpoints.load(generators=False)
        assert latest is not None
        assert latest.epoch is not None
        assert latest.epoch >= acknowledged
        assert not any(listed.problem for listed in checkpoints.list())
    assert acknowledged > 0
    Checkpoints(folder, keep_last=2).save(epoch=acknowledged + 100, weights=weights(0))
    assert not [name for name in os.listdir(folder) if name.endswith(".tmp")]


ON_A_SMALL_DISK = """
import json, os, sys, torch
from pathlib import Path
from samerun.errors import CannotSave
from samerun.state import Checkpoints

folder, done, refused = Path(sys.argv[1]) / "c", [], []
checkpoints = Checkpoints(folder, keep_last=None)
for epoch in range(12):
    try:
        checkpoints.save(epoch=epoch, w=torch.full((100_000,), float(epoch)))
        done.append(epoch)
    except CannotSave as error:
        refused.append(str(error))
left = [name for name in os.listdir(folder) if name.endswith(".tmp")]
found = []
for epoch in done:
    target = torch.zeros(100_000)
    checkpoints.load(epoch, w=target)
    found.append(bool((target == epoch).all()))
(folder / "epoch_000.pt").unlink()
(folder / "epoch_001.pt").unlink()
checkpoints.save(epoch=99, w=torch.full((100_000,), 99.0))
print(json.dumps({"done": done, "refused": refused, "left": left, "found": found, "last": checkpoints.load().epoch}))
"""


def test_a_full_disk_leaves_the_checkpoints_before(tmp_path: Path) -> None:
    script = f"mount -t tmpfs -o size=3m none '{tmp_path}' && exec '{sys.executable}' -c \"$1\" '{tmp_path}'"
    command = ["unshare", "-rm", "sh", "-c", script, "sh", ON_A_SMALL_DISK]
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no file system of one's own here: {done.stderr.strip()[:80]}")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found["done"]) == 7
    assert all(found["found"])
    assert len(found["refused"]) == 5
    assert all("No space left on device. The ones before are as they were." in each for each in found["refused"])
    assert found["left"] == []
    assert found["last"] == 99


def test_a_limit_on_the_size_of_files_is_one_sentence(tmp_path: Path) -> None:
    checkpoints = Checkpoints(tmp_path / "c")
    checkpoints.save(epoch=1, w=torch.ones(100))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    previous = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
        with pytest.raises(CannotSave, match="File too large"):
            checkpoints.save(epoch=2, w=torch.ones(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, previous)
    restored = checkpoints.load()
    assert restored is not None
    assert restored.epoch == 1
    assert sorted(os.listdir(tmp_path / "c")) == [".lock", "epoch_001.pt", "last.pt"]


CALLS = [
    (os, "open"),
    (os, "writev"),
    (os, "replace"),
    (os, "link"),
    (os, "unlink"),
    (os, "chmod"),
    (swapping, "_exchange"),
]


def die_at(number: int, when: str) -> None:
    """Make this process kill itself at so manyth call to the disk: before it, after it, or with half of it done."""
    count = itertools.count(1)

    def armed(original: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        mine = next(count) == number
        if mine and when == "half" and original is writev:
            os.write(arguments[0], bytes(arguments[1][0][: len(arguments[1][0]) // 2]))
        if mine and when != "after":
            os.kill(os.getpid(), signal.SIGKILL)
        try:
            return original(*arguments, **options)
        finally:
            if mine:
                os.kill(os.getpid(), signal.SIGKILL)

    writev = os.writev
    for module, name in CALLS:
        setattr(module, name, functools.partial(armed, getattr(module, name)))


@pytest.mark.parametrize("when", ["before", "after", "half"])
def test_a_kill_at_every_call_to_the_disk(tmp_path: Path, when: str) -> None:
    ended = 0
    for number in itertools.count(1):
        folder = tmp_path / str(number)
        checkpoints = Checkpoints(folder, keep_last=1, keep_best="loss")
        checkpoints.save(epoch=4, metrics={"loss": 2}, weights=weights(4))
        child = os.fork()
        if child == 0:
            die_at(number, when)
            for epoch in (5, 5):  # the second time in the place of the first
                checkpoints.save(epoch=epoch, metrics={"loss": 1}, weights=weights(epoch))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        for which in ("last", "best"):
            target = torch.zeros(SIZE)
            restored = checkpoints.load(which, weights=target)
            assert restored is not None
            assert restored.epoch in (4, 5)
            assert torch.equal(target, weights(restored.epoch))
        if status == 0:
            break
        assert os.WTERMSIG(status) == signal.SIGKILL
        ended += 1
    assert ended > 20
