"""A line of the user's own code: what is called there, and where a file is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samerun.explain.checking.source_lines import calls_on, line_naming
from samerun.record.run import Run
from samerun.store.objects import Objects
from tests.explain.checking.world import run_of

CODE = """import os
import numpy as np

names = [n.strip() for n in os.listdir("data")]
rng, other = np.random.default_rng(), make()(3).sample(
    n=2,
)
state = open("state.json")  # and "notes.txt"
"""


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


def run(objects: Objects, **codes: str) -> Run:
    facts = {
        name.replace("_py", ".py"): {"size": len(text), "hash": objects.add_bytes(text.encode()), "kept": True}
        for name, text in codes.items()
    }
    return run_of(1, factors={"code": facts, "data": {}})


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        (1, []),
        (4, ["n.strip", "os.listdir"]),
        (5, ["np.random.default_rng", "sample", "make"]),
        (6, []),
        (8, ["open"]),
        (99, []),
    ],
)
def test_calls_are_named_as_they_are_written(objects: Objects, line: int, calls: list[str]) -> None:
    assert sorted(calls_on(run(objects, train_py=CODE), f"train.py:{line}", objects)) == sorted(calls)


@pytest.mark.parametrize("where", [None, "", "train.py", "train.py:x", "gone.py:3", "In[3]:1"])
def test_what_is_no_line_of_a_file_has_no_calls(objects: Objects, where: str | None) -> None:
    assert calls_on(run(objects, train_py=CODE), where, objects) == []


def notebook(*cells: tuple[str, str | list[str]]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source, "id": "x"} for kind, source in cells]})


def test_a_cell_of_the_one_notebook_is_counted_as_it_was_executed(objects: Objects) -> None:
    text = notebook(("markdown", "f(1)"), ("code", "a()\nb()"), ("code", ""), ("code", ["c()\n", "d()"]))
    known = {"size": len(text), "hash": objects.add_bytes(text.encode()), "kept": True, "read": True}
    one = run_of(1, factors={"code": {"a.ipynb": known, "b.ipynb": {**known, "read": False}}, "data": {}})
    assert [calls_on(one, f"In[{cell}]:2", objects) for cell in (0, 1, 2, 3)] == [[], ["b"], ["d"], []]
    two = run_of(1, factors={"code": {"a.ipynb": known, "b.ipynb": known}, "data": {}})
    assert calls_on(two, "In[1]:2", objects) == []


@pytest.mark.parametrize("text", ["", "{}", '{"cells": 3}', '{"cells": [{"cell_type": "code", "source": 3}]}'])
def test_a_notebook_that_is_none_has_no_calls(objects: Objects, text: str) -> None:
    known = {"size": len(text), "hash": objects.add_bytes(text.encode()), "kept": True, "read": True}
    assert calls_on(run_of(1, factors={"code": {"a.ipynb": known}, "data": {}}), "In[1]:1", objects) == []


@pytest.mark.parametrize("text", ["def (", "\0", "x = " + "(" * 500])
def test_code_that_cannot_be_read_has_no_calls(objects: Objects, text: str) -> None:
    assert calls_on(run(objects, train_py=text), "train.py:1", objects) == []


def test_the_line_that_names_a_file(objects: Objects) -> None:
    found = run(objects, train_py=CODE, util_py="x = 1\n")
    assert line_naming(found, "out/state.json", objects) == "train.py:8"
    assert line_naming(found, "notes.txt", objects) is None
    assert line_naming(found, "gone.json", objects) is None


def test_a_name_in_two_files_is_not_guessed(objects: Objects) -> None:
    found = run(objects, train_py="a = 'state.json'\n", util_py="b = 'state.json'\n")
    assert line_naming(found, "state.json", objects) is None
