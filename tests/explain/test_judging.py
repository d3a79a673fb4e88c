"""Whether two runs have the same result, at the level that was asked for."""

from __future__ import annotations

import pytest

from samerun.errors import BadOption
from samerun.explain.judging import Judge, compare_runs

from .conftest import Pair

SCRIPT = """
import json, sys
loss, acc = float(sys.argv[1]), float(sys.argv[2])
json.dump({"loss": loss, "acc": acc}, open("metrics.json", "w"))
sys.exit(int(sys.argv[3]))
"""


@pytest.fixture
def two(pair: Pair) -> Pair:
    pair.record({"train.py": SCRIPT}, "1.0", "2.0", "0")
    return pair


def test_the_bits_count_unless_a_tolerance_is_given(two: Pair) -> None:
    two.record({}, "1.0000001", "2.0", "0")
    a, b = two.kept(0), two.kept(1)
    assert not Judge().same(a, b)
    assert Judge(rtol=1e-3).same(a, b)
    assert Judge(atol=1e-3).verdict(a, b) == "within-tolerance"
    assert Judge(metric="acc").same(a, b)
    assert not Judge(metric="loss").same(a, b)
    assert "loss" in Judge().describe(a, b)


def test_another_exit_status_is_another_result(two: Pair) -> None:
    two.record({}, "1.0", "2.0", "3")
    two.record({}, "1.0", "2.0", "3")
    a, b, c = (two.kept(number) for number in range(3))
    assert (Judge().verdict(a, b), Judge().same(b, c)) == ("different", True)
    assert Judge().describe(a, b) == "exit status 0 -> 3"


def test_results_that_are_the_same_are_described_so(two: Pair) -> None:
    two.record({}, "1.0", "2.0", "0")
    a, b = two.kept(0), two.kept(1)
    assert Judge().describe(a, b) == "the results are the same"
    assert compare_runs(a, b).verdict == "identical"


def test_a_metric_that_nobody_has_is_refused(two: Pair) -> None:
    two.record({}, "1.0", "2.0", "0")
    a, b = two.kept(0), two.kept(1)
    assert Judge(metric="acc").with_known_metric(a, b) == Judge(metric="acc")
    assert Judge().with_known_metric(a, b) == Judge()
    with pytest.raises(BadOption, match="They have: acc, loss"):
        Judge(metric="f1").with_known_metric(a, b)


@pytest.mark.parametrize(("key", "asked"), [("acc", "val/acc"), ("acc", "val.acc"), ("f1/b", "val/f1.b")])
def test_a_metric_may_be_written_with_slashes(pair: Pair, key: str, asked: str) -> None:
    script = f"import json\njson.dump({{'val': {{{key!r}: 1.0}}}}, open('metrics.json', 'w'))\n"
    for _ in range(2):
        pair.record({"train.py": script})
    a, b = pair.kept(0), pair.kept(1)
    assert Judge(metric=asked).with_known_metric(a, b).metric == f"val.{key}"


COPYING = """
import json, os, sys
os.makedirs("out/.hydra", exist_ok=True)
json.dump({"name": sys.argv[1]}, open("out/.hydra/config.json", "w"))
json.dump({"w": float(sys.argv[2])}, open("out/w.json", "w"))
"""


def test_a_frameworks_copy_of_the_configuration_counts_only_where_nothing_else_differs(pair: Pair) -> None:
    for words in (("one", "1"), ("two", "1"), ("two", "2")):
        pair.record({"train.py": COPYING}, *words)
    a, named, other = (pair.kept(number) for number in range(3))
    judge = Judge().without_copies(a, other)
    assert judge.passes_over_copies
    assert judge.same(a, named)
    assert not judge.same(a, other)
    assert "hydra" not in judge.describe(a, other)
    assert Judge().without_copies(a, named) == Judge()
    assert (judge.has_copies(a, other), judge.has_copies(named, other)) == (True, False)


NOTEBOOK = """
import json, sys
title, put_out, lr = sys.argv[1:]
cells = [
    {"cell_type": "markdown", "metadata": {}, "source": title},
    {"cell_type": "code", "metadata": {}, "source": "lr = " + lr,
     "outputs": [{"output_type": "stream", "name": "stdout", "text": put_out}]},
]
json.dump({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, open("out.ipynb", "w"))
"""


def test_the_text_of_a_notebooks_cells_counts_only_where_these_put_out_the_same(pair: Pair) -> None:
    for words in (("one", "0.5", "1"), ("two", "0.5", "1"), ("two", "0.7", "2")):
        pair.record({"train.py": NOTEBOOK}, *words)
    a, titled, other = (pair.kept(number) for number in range(3))
    judge = Judge().without_copies(a, other)
    assert (judge.same(a, titled), judge.same(a, other), judge.has_copies(a, other)) == (True, False, False)
    assert not Judge().without_copies(a, titled).same(a, titled)
