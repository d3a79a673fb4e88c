"""Starting: in order, and one part that fails does not keep the others from it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from samerun.inside import events, start
from samerun.launch import reported
from samerun.launch.spool import read_spool
from tests.inside.conftest import ENTROPY, INSIDE, Observe


class Part:
    """A part that notes that it was installed."""

    def __init__(self, name: str, log: list[str], fails: bool = False) -> None:
        self.__name__ = name
        self.log = log
        self.fails = fails

    def install(self, environment: dict[str, str]) -> None:
        self.log.append(self.__name__)
        if self.fails:
            raise RuntimeError("broken")


@pytest.fixture
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(events, "_channel", events._Channel())
    yield
    if events._channel.descriptor >= 0:
        os.close(events._channel.descriptor)


@pytest.mark.usefixtures("_alone")
def test_a_part_that_fails_is_reported_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    monkeypatch.setattr(start, "PARTS", (Part("one", log), Part("two", log, fails=True), Part("three", log)))
    start.start({"SAMERUN_SPOOL": str(tmp_path)})
    assert log == ["one", "two", "three"]
    spool = read_spool(tmp_path)
    assert spool.of(reported.FaultSeen) == [reported.FaultSeen("start of two", "RuntimeError", "broken")]
    assert spool.of(reported.SearchPath) == [reported.SearchPath(tuple(sys.path))]


@pytest.mark.usefixtures("_alone")
def test_without_a_spool_nothing_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[str] = []
    monkeypatch.setattr(start, "PARTS", (Part("one", log),))
    start.start({})
    assert log == []


def test_every_part_starts_on_every_python(observe: Observe, python: str) -> None:
    spool = observe("import json, random, subprocess, socket, threading", python=python)
    assert spool.of(reported.FaultSeen) == []
    assert [type(event.record) for event in spool.events[:2]] == [reported.Process, reported.SearchPath]
    assert spool.processes["main"].argv[-1] == "script.py"


def test_the_start_is_cheap(tmp_path: Path) -> None:
    """5 ms are wanted; the test allows three times that, for a machine that does other things as well."""
    bare = {"PATH": "/usr/bin:/bin"}
    (tmp_path / "spool").mkdir()
    settings = {"PYTHONPATH": str(INSIDE), "SAMERUN_SPOOL": str(tmp_path / "spool"), "SAMERUN_ENTROPY": ENTROPY}
    more = [timed(bare | settings) - timed(bare) for _ in range(15)]
    assert statistics.median(more) < 0.015


def timed(environment: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], env=environment, check=True)
    return time.perf_counter() - started
