"""Whether another process gets on is seen from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from samerun.inside import events
from samerun.inside.conditions import progress

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="the system shows no threads here")


@pytest.fixture
def child() -> Iterator[subprocess.Popen[str]]:
    """A process that works when it is told to, and else waits for the next word."""
    code = "import sys\nfor line in sys.stdin:\n    sum(range(int(line)))\n    print('done', flush=True)\n"
    with subprocess.Popen(
        [sys.executable, "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        tell(process, 1)
        time.sleep(0.05)
        yield process
        process.kill()


def tell(process: subprocess.Popen[str], count: int) -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{count}\n")
    process.stdin.flush()
    process.stdout.readline()


def test_one_that_waits_stands_still_and_one_that_works_gets_on(child: subprocess.Popen[str]) -> None:
    watch = progress.Watch()
    watch.idle([child.pid])
    time.sleep(0.05)
    assert watch.idle([child.pid]) >= 0.05
    tell(child, 100_000)
    assert watch.idle([child.pid]) == 0.0


def test_a_process_that_is_gone_does_nothing() -> None:
    assert progress.work_of(0) == (0, 0)
    assert progress.work_of(os.getpid())[0] > 0


def test_one_that_looks_again_and_again_says_that_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "spool", lambda: str(tmp_path))
    with progress.Standing():
        assert progress.work_of(os.getpid()) == (0, 0)
    assert progress.work_of(os.getpid()) != (0, 0)
    assert list(tmp_path.iterdir()) == []


def test_waiting_ends_with_what_is_waited_for_or_where_nothing_goes_on(child: subprocess.Popen[str]) -> None:
    assert progress.wait_until(lambda: True, child.pid, idle=9, longest=9)
    assert not progress.wait_until(lambda: False, child.pid, idle=0.05, longest=9)
    assert not progress.wait_until(lambda: False, os.getpid(), idle=9, longest=0.05)


def test_sleeping_in_pieces_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TICK", 0.01)
    before = progress.work_of(os.getpid())
    began = time.monotonic()
    progress.sleep(0.05)
    assert 0.05 <= time.monotonic() - began < 5
    assert progress.work_of(os.getpid())[1] >= before[1] + 4
