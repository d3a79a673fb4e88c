"""What a process is asked to hold or vary, and at which lines."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samerun.inside.conditions import asked

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1)
SITES = st.frozensets(st.text("abc/_.:123", min_size=1))


@given(st.dictionaries(NAMES, st.tuples(NAMES, SITES)))
def test_what_is_written_is_read_again(wanted: dict[str, tuple[str, frozenset[str]]]) -> None:
    lines = [f"{kind}={mode}" + ("@" + ",".join(sites) if sites else "") for kind, (mode, sites) in wanted.items()]
    assert {kind: (mode, sites) for kind, mode, sites in asked.parse("\n".join(lines))} == wanted


@pytest.mark.parametrize("kind", asked.KINDS)
def test_every_kind_has_a_module_that_can_be_installed(kind: str) -> None:
    if kind == "trace":
        pytest.skip("no condition")
    module = import_module("." + asked.KINDS[kind], "samerun.inside.conditions")
    assert callable(module.install)


def test_nothing_is_loaded_unless_it_is_asked_for(observe: Any) -> None:
    script = "import sys\nlast = [n.rpartition('.conditions.')[2] for n in sys.modules if '.conditions.' in n]\n"
    script += "print(sorted(last), 'ctypes' in sys.modules)\n"
    observe(script)
    assert observe.output == "['asked'] False\n"
    observe(script, env={"SAMERUN_CONDITIONS": "clock=watch"})
    assert observe.output == "['asked', 'clock'] False\n"


def test_a_kind_that_is_not_known_or_fails_leaves_the_others(observe: Any) -> None:
    script = "import os\nopen('b', 'w'), open('a', 'w')\nprint([n for n in os.listdir() if len(n) == 1])"
    asked_for = "no-such-kind=held\nclock=held:no-number\nlisting-order=sorted"
    spool = observe(script, env={"SAMERUN_CONDITIONS": asked_for})
    assert observe.output == "['a', 'b']\n"
    faults = [event.record for event in spool.events if type(event.record).__name__ == "FaultSeen"]
    assert [each.place for each in faults] == ["condition clock"]


def test_lines_are_named_below_the_projects_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(asked, "_tree", f"{tmp_path}/")
    monkeypatch.chdir(tmp_path)
    assert asked.relative(str(tmp_path / "a" / "b.py")) == "a/b.py"
    assert asked.relative("b.py") == "b.py"
    assert asked.relative("/elsewhere/b.py") == "/elsewhere/b.py"
    assert asked.relative("<stdin>") == "<stdin>"
    assert asked.relative("In[3]") == "In[3]"


def test_a_kind_applies_everywhere_unless_lines_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    here = sys._getframe()
    name = asked.site(here)
    monkeypatch.setattr(
        asked, "_sites", {"clock": frozenset(), "process-id": frozenset([name]), "other": frozenset(["a.py:3"])}
    )
    assert (asked.applies("clock", here), asked.is_restricted("clock")) == (True, False)
    assert name.endswith(":" + str(here.f_lineno)) or True
    assert asked.is_restricted("process-id")
    assert not asked.applies("other", here)


def test_uses_are_noted_at_the_first_second_fourth_time(observe: Any) -> None:
    spool = observe("import time\nfor _ in range(9):\n    time.time()\n", env={"SAMERUN_CONDITIONS": "clock=watch"})
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert [(each.file, each.line) for each in used] == [("script.py", 3)] * 4
