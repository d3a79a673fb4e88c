"""A process is told from another of the same number, and from the dead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samerun.basics import process
from samerun.basics.process import children_of, holder_facts, is_alive, kill_tree, start_of


def test_this_process_lives() -> None:
    assert is_alive(holder_facts()) is True


def test_a_child_lives_until_it_ends() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    facts = holder_facts(child.pid)
    assert is_alive(facts) is True
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_alive(facts) is False, "a zombie does not live"
    child.communicate()
    assert is_alive(facts) is False


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"started": "1"}, False),  # the number was given again
        ({"boot": "another/4026531836"}, False),  # the host was started again
        ({"host": "elsewhere"}, None),
    ],
)
def test_what_else_can_be_known(changed: dict[str, str], expected: bool | None) -> None:
    assert is_alive(holder_facts()._replace(**changed)) is expected  # type: ignore[arg-type]


def test_another_container_of_this_host_cannot_be_asked() -> None:
    facts = holder_facts()
    boot = facts.boot.partition("/")[0]
    assert is_alive(facts._replace(boot=f"{boot}/1")) is None


def test_a_number_without_a_process_has_no_start() -> None:
    assert start_of(2**22 + 1) is None


def test_it_works_without_proc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(process, "_PROC", tmp_path)
    assert start_of(os.getpid()) == ""
    assert is_alive(holder_facts()) is True


def test_a_process_is_killed_with_all_that_it_started() -> None:
    nested = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'print(1, flush=True); input()']).wait()"
    child = subprocess.Popen([sys.executable, "-c", nested], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    (grandchild,) = children_of(child.pid)
    kill_tree(child.pid)
    assert child.wait() == -9
    while start_of(grandchild) is not None:  # its new parent has yet to learn of its end
        pass
    child.communicate()
