"""``samerun data of``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.basics.hashing import hash_bytes
from samerun.record.output import Output
from samerun.record.run import Run

Samerun = Callable[..., Any]


@pytest.fixture
def runs(samerun: Samerun, make_run: Callable[..., Run]) -> list[Run]:
    """Make a run that wrote ``/p/b.csv`` from ``/p/a.csv``, and one that read ``b.csv``."""
    Path("a.csv").write_text("A")
    Path("b.csv").write_text("B")
    read = {
        name: {"size": 1, "hash": hash_bytes(name[0].upper().encode()), "read": True} for name in ("a.csv", "b.csv")
    }
    wrote = Output("b.csv", "csv", 1, hash_bytes(b"B"), "results/b.csv")
    return [
        make_run(1, name="clean", factors={"data": {"a.csv": read["a.csv"]}}, outputs=[wrote]),
        make_run(2, name="train", factors={"data": {"b.csv": read["b.csv"]}}),
    ]


def test_a_page(samerun: Samerun, runs: list[Run]) -> None:
    answer = samerun("data", "of", "b.csv")
    assert (answer.status, answer.err) == (0, "")
    assert f"written by\n  {runs[0].id} clean" in answer.out
    assert f"read by\n  {runs[1].id} train" in answer.out
    assert "as /p/b.csv" in answer.out


def test_a_document(samerun: Samerun, runs: list[Run]) -> None:
    found = samerun("data", "of", "a.csv", "--json").document
    assert set(found) == {
        "schema", "known", "subject", "run", "hashes", "uses", "back", "forth", "runs", "elsewhere", "cut",
    }  # fmt: skip
    assert (found["schema"], found["known"], found["run"]) == ("samerun.data-of/1", True, None)
    assert [(use["run"], use["role"], use["path"]) for use in found["forth"]] == [
        (runs[0].id, "read", "/p/a.csv"),
        (runs[0].id, "wrote", "/p/b.csv"),
        (runs[1].id, "read", "/p/b.csv"),
    ]
    assert found["runs"][runs[0].id]["started"].endswith("Z")


@pytest.mark.parametrize(("form", "start"), [("dot", "digraph lineage {"), ("mermaid", "flowchart LR")])
def test_a_graph(samerun: Samerun, runs: list[Run], form: str, start: str) -> None:
    answer = samerun("data", "of", "last", "--graph", form)
    assert answer.status == 0
    assert answer.out.startswith(start)
    assert runs[0].id in answer.out


def test_a_content_that_no_run_knows_is_1(samerun: Samerun, runs: list[Run]) -> None:
    Path("c.csv").write_text("C")
    assert samerun("data", "of", "c.csv").status == 1
    assert samerun("data", "of", "c.csv", "--json").document["known"] is False


def test_what_is_nothing_is_2(samerun: Samerun, runs: list[Run]) -> None:
    answer = samerun("data", "of", "nothing")
    assert (answer.status, answer.out) == (2, "")
    assert samerun("data", "of", "a.csv", "--graph", "dot", "--json").status == 2


def test_a_path_that_is_gone(samerun: Samerun, runs: list[Run]) -> None:
    assert samerun("data", "of", "/p/b.csv").status == 0


def test_paths_below_the_current_folder_are_short(samerun: Samerun, make_run: Callable[..., Run]) -> None:
    path = os.path.abspath("x.csv")
    make_run(3, factors={"data": {path: {"size": 1, "hash": hash_bytes(b"X"), "read": True}}})
    assert ", as x.csv\n" in samerun("data", "of", hash_bytes(b"X")).out
