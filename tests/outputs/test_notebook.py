from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest

from samerun.outputs import notebook, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]


def written(printed: str | list[str], number: int = 1, source: str = "train()", **metadata: Any) -> str:
    cell = {
        "cell_type": "code",
        "id": f"c{number}",
        "source": source.splitlines(keepends=True),
        "execution_count": number,
        "metadata": {"execution": {"iopub.execute_input": f"2020-01-0{number}"}, "papermill": {"duration": number}},
        "outputs": [
            {"output_type": "stream", "name": "stdout", "text": printed},
            {
                "output_type": "execute_result",
                "execution_count": number,
                "data": {"text/plain": ["0.5"]},
                "metadata": {},
            },
        ],
    }
    return json.dumps({"cells": [cell], "metadata": {"papermill": {"duration": number}, **metadata}, "nbformat": 4})


def test_recognised_and_not_its_neighbours() -> None:
    assert recognise("n.ipynb", b"{").kind == "notebook"
    assert not notebook.recognises(PurePosixPath("n.json"), b"{")


def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing) -> None:
    a = written("a\nb\n")
    assert held("n.ipynb", a, json.dumps(json.loads(a), indent=1), comparing).children == ()
    found = held("n.ipynb", a, written(["a\n", "b\n"]), comparing)
    assert (found.label, found.verdict, found.children) == ("notebook", "equivalent", ())


def test_how_it_was_executed_is_listed_and_does_not_count(held: Held, comparing: Comparing) -> None:
    found = held("n.ipynb", written("loss 0.5 (2.3s)"), written("loss 0.5 (2.9s)", 2), comparing)
    assert found.verdict == "equivalent"
    assert {node.label for node in found.ignored()} == {"span", "metadata", "notebook"}


def test_its_twin(held: Held, comparing: Comparing) -> None:
    found = held("n.ipynb", written("loss 0.5"), written("loss 0.6", 2), comparing)
    assert (
        found.detail == "cell 1: outputs: output 1: text: 1 of 1 line differs; first: line 1: loss 0.5 -> 0.6 (+20 %)"
    )


def test_sources_and_parameters_count(held: Held, comparing: Comparing) -> None:
    assert held("n.ipynb", written("a"), written("a", source="test()"), comparing).verdict == "different"
    a, b = (written("a", papermill={"parameters": {"lr": lr}}) for lr in (0.1, 0.2))
    assert held("n.ipynb", a, b, comparing).verdict == "different"


def test_printed_numbers_have_tolerance(held: Held, tolerant: Comparing) -> None:
    assert held("n.ipynb", written("loss 0.5"), written("loss 0.501"), tolerant).verdict == "within-tolerance"


def test_cells_and_outputs_that_one_side_lacks(held: Held, comparing: Comparing) -> None:
    whole = json.loads(written("a"))
    empty = {**whole, "cells": []}
    assert held("n.ipynb", json.dumps(whole), json.dumps(empty), comparing).detail == "cells: 1 cell -> 0 cells"
    silent = json.loads(written("a"))
    silent["cells"][0]["outputs"].pop()
    found = held("n.ipynb", json.dumps(whole), json.dumps(silent), comparing)
    assert found.detail == "cell 1: outputs: outputs: 2 outputs -> 1 output"


@pytest.mark.parametrize(
    "broken",
    ["", "[]", "{}", '{"cells": 1}', '{"cells": [1]}', '{"cells": [{"outputs": 5}]}', '{"cells": [{"outputs": [5]}]}'],
)
def test_hostile_content_is_a_difference(held: Held, comparing: Comparing, broken: str) -> None:
    assert held("n.ipynb", written("a"), broken, comparing).verdict == "different"
