"""The user's code of a run is parsed and never run."""

from __future__ import annotations

from collections.abc import Callable

from samerun.explain.sources import MOST_BYTES, trees_of
from samerun.record.run import Run
from samerun.store.objects import Objects


def test_only_what_was_read_and_parses_is_there(coded: Callable[..., Run], objects: Objects) -> None:
    run = coded({"train.py": "x = 1\n", "bad.py": "def (:\n", "notes.txt": "x", "/outside/lib.py": "x = 1\n"})
    run.factors["code"]["unread.py"] = {**run.factors["code"]["train.py"], "read": False}
    run.factors["code"]["long.py"] = {**run.factors["code"]["train.py"], "size": MOST_BYTES + 1}
    assert list(trees_of(run, objects)) == ["train.py"]


def test_a_run_that_knows_no_code(make_run: Callable[..., Run], objects: Objects) -> None:
    assert trees_of(make_run(), objects) == {}
