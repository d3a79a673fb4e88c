"""What processes reported, joined into one observation."""

from __future__ import annotations

import os
import subprocess

from samerun.basics.redaction import Redactor
from samerun.launch import reported
from samerun.launch.observe import observe
from samerun.launch.spool import Event, Spool


def unseeded(*events: tuple[str, reported.Record]) -> dict[str, str]:
    """Return what was drawn unseeded, by events of (label, record)."""
    return observe(Spool(tuple(Event(*event) for event in events)), Redactor()).unseeded


def test_a_draw_has_the_programs_line_before_its_workers() -> None:
    own, workers = reported.Drawn("numpy", "train.py", 3), reported.Drawn("numpy", "data.py", 9)
    assert unseeded(("main/f1", workers), ("main", own)) == {"numpy": "train.py:3"}
    assert unseeded(("main", reported.Drawn("numpy")), ("main/f1", workers)) == {"numpy": "data.py:9"}


def test_a_draw_without_a_line_counts_and_takes_that_of_a_generator_made_unseeded() -> None:
    made = reported.Entropy("numpy", 2, 128, "train.py", 5, importing=False, user=True)
    assert unseeded(("main", reported.Drawn("torch"))) == {"torch": ""}
    assert unseeded(("main", reported.Drawn("numpy")), ("main", made)) == {"numpy": "train.py:5"}


def test_what_imports_draw_is_no_draw_of_the_programs() -> None:
    made = reported.Entropy("numpy", 1, 128, "train.py", 1, importing=True, user=True)
    assert unseeded(("main", made)) == {}


def process(pid: int = 1 << 22) -> reported.Process:
    return reported.Process(pid, 1, 0, "/usr/bin/python3", "3.12.1", "/usr", "/usr", ("python", "train.py"))


def not_captured(*events: tuple[str, reported.Record]) -> list[str]:
    spool = Spool(tuple(Event(*event) for event in (("main", process()), *events)))
    return [f"{each.what}: {each.why}" for each in observe(spool, Redactor()).not_captured]


def test_a_rank_and_a_worker_of_a_fork_server_reported_under_names_of_their_own() -> None:
    rank = reported.Launch("main/s1", "/usr/bin/python3", ("python", "train.py"))
    fork = reported.Launch("main/+forkserver/f1", "", ())
    assert not_captured(("main", rank), ("main/s1@0", process()), ("main/+forkserver", fork)) == []


def test_a_child_that_never_reported_is_told() -> None:
    child = reported.Launch("main/s2", "/usr/bin/python3", ("python", "-I", "x.py"))
    (told,) = not_captured(("main", child), ("main/s1@2", process()), ("main/s2@1/f1", process()))
    assert told.startswith("child process: python -I x.py: a Python apart")


def test_what_the_program_left_running_is_told() -> None:
    with subprocess.Popen(["sleep", "60"]) as left:
        running = ("main/s1", process(left.pid))
        (told,) = not_captured(running)
        assert "still running when the program had ended" in told
        assert not_captured(running, ("main/s1", reported.Exit(1))) == []
        assert not_captured(("main/+resource_tracker", process(left.pid))) == []
        left.kill()
        os.waitid(os.P_PID, left.pid, os.WEXITED | os.WNOWAIT)
        assert not_captured(running) == [], "one that nobody has waited for yet has ended all the same"
