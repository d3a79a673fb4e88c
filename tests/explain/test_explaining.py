"""Planted causes are found, and nothing else is."""

from __future__ import annotations

import math

import pytest

from samerun import api
from samerun.errors import BadOption
from samerun.record.cause import Explanation

from .conftest import Pair

MODULES = 40
BIG = """
import importlib
x = [importlib.import_module(f"m{{i:02d}}").X for i in range({count})]
open("o.txt", "w").write(str({expression}))
"""


def modules(count: int, value: int) -> dict[str, str | None]:
    return {f"m{index:02d}.py": f"X = {value}\n" for index in range(count)}


def named(found: Explanation) -> set[tuple[str, str]]:
    return {(cause.kind, cause.subject) for cause in found.causes}


@pytest.mark.parametrize(
    ("expression", "causes"),
    [("x[17]", {17}), ("(x[5], x[33])", {5, 33}), ("x[2] + 10 * x[20] + 100 * x[39]", {2, 20, 39})],
    ids=["one", "two", "three"],
)
def test_few_causes_among_forty_changes_cost_few_runs(pair: Pair, expression: str, causes: set[int]) -> None:
    pair.record({"train.py": BIG.format(count=MODULES, expression=expression), **modules(MODULES, 1)})
    pair.record(modules(MODULES, 2))
    found = pair.explain()
    assert named(found) == {("code", f"m{index:02d}.py") for index in causes}
    assert found.replays <= 2 * len(causes) * math.log2(MODULES) + 6
    assert {each.subject for each in found.not_causes} >= {f"m{i:02d}.py" for i in range(MODULES) if i not in causes}
    assert found.unconfirmed == ()


@pytest.mark.parametrize("joined", ["and", "or"])
def test_two_that_matter_only_together_and_two_of_which_either_would_do_are_two_causes(pair: Pair, joined: str) -> None:
    expression = f"x[1] > 1 {joined} x[6] > 1"
    pair.record({"train.py": BIG.format(count=8, expression=expression), **modules(8, 1)})
    pair.record(modules(8, 2))
    found = pair.explain()
    assert named(found) == {("code", "m01.py"), ("code", "m06.py")}
    words = {"and": "but not without it", "or": "as it does with another one"}
    assert all(words[joined] in cause.evidence for cause in found.causes)


def test_the_same_result_asks_nothing(pair: Pair) -> None:
    pair.record({"train.py": "open('o.txt', 'w').write('1')\n"})
    pair.record({"train.py": "open('o.txt', 'w').write('1')  # the same\n"})
    found = pair.explain()
    assert (found.same, found.verdict, found.causes, found.replays) == (True, "identical", (), 0)


def test_runs_of_different_programs_are_refused(pair: Pair) -> None:
    run = pair.record({"train.py": "print(1)\n", "other.py": "print(2)\n"})
    pair.runs.append(api.record([run.command[0], "other.py"]).run)
    with pytest.raises(BadOption, match=r"different commands: train\.py and other\.py"):
        pair.explain()


def test_a_failure_is_a_result_like_any_other(pair: Pair) -> None:
    pair.record({"train.py": "import part\nopen('o.txt', 'w').write('1')\n", "part.py": "A = 1\nB = 1\n"})
    pair.record({"part.py": "A = 2\nB = 1 / 0\n"})
    (cause,) = pair.explain().causes
    assert (cause.kind, cause.where) == ("code", "part.py:2")
    assert "exit status 0 -> 1" in cause.evidence


def test_a_program_that_differs_from_itself_is_taken_apart_first(pair: Pair, mounted: None) -> None:
    script = "import os, sys\nopen('n.txt', 'w').write(os.urandom(4).hex())\nopen('o.txt', 'w').write(sys.argv[1])\n"
    pair.record({"train.py": script, "part.py": "A = 1\n"}, "1", "x")
    pair.record({"part.py": "A = 2\n"}, "2", "y")
    found = pair.explain()
    assert [(cause.kind, cause.where) for cause in found.causes] == [
        ("os-entropy", "train.py:2"),
        ("arguments", "train.py:3"),
    ]
    assert ("arguments", "argument 2") in {(each.kind, each.subject) for each in found.not_causes}
    assert "does not give its own result again" in found.notes[0]


def test_where_only_the_second_run_differs_from_itself_the_change_is_named(pair: Pair) -> None:
    script = "import time\nv = 1\nopen('o.txt', 'w').write(str(v))\n"
    pair.record({"train.py": script})
    pair.record({"train.py": script.replace("v = 1", "v = time.perf_counter_ns()")})
    found = pair.explain()
    assert [(cause.kind, cause.where) for cause in found.causes] == [("code", "train.py:2")]
    assert any("second run does not give its own result" in note for note in found.notes)


def test_a_search_that_must_stop_says_among_which_the_cause_is(pair: Pair) -> None:
    pair.record({"train.py": BIG.format(count=16, expression="x[9]"), **modules(16, 1)})
    pair.record(modules(16, 2))
    found = pair.explain(max_replays=4)
    assert found.causes == ()
    assert found.replays <= 4
    assert any("the cause is among these" in note and "m09.py" in note for note in found.notes)
    assert any("--max-replays" in each.why or "as many as were allowed" in each.why for each in found.unconfirmed)
    assert [cause.subject for cause in pair.explain().causes] == ["m09.py"]


def test_what_was_tried_is_used_again(pair: Pair) -> None:
    pair.record({"train.py": BIG.format(count=4, expression="x[2]"), **modules(4, 1)})
    pair.record(modules(4, 2))
    first = pair.explain()
    again = pair.explain(max_replays=1)
    assert (again.causes, again.replays) == (first.causes, first.replays)


def test_a_trial_that_takes_too_long_is_another_result(pair: Pair) -> None:
    script = "import a, b, time\ntime.sleep(60 if a.X != b.X else 0)\nopen('o.txt', 'w').write(str(a.X + b.X))\n"
    pair.record({"train.py": script, "a.py": "X = 1\n", "b.py": "X = 1\n"})
    pair.record({"a.py": "X = 2\n", "b.py": "X = 2\n"})
    found = pair.explain(timeout_s=2)
    assert named(found) == {("code", "a.py"), ("code", "b.py")}
    assert any("killed after 2 s" in note for note in found.notes)


def test_one_metric_and_a_tolerance_judge(pair: Pair) -> None:
    script = "import json, part\njson.dump({'loss': part.L, 'acc': part.A}, open('metrics.json', 'w'))\n"
    pair.record({"train.py": script, "part.py": "L = 1.0\nA = 2.0\n"})
    pair.record({"part.py": "L = 1.0000001\nA = 3.0\n"})
    assert [cause.where for cause in pair.explain().causes] == ["part.py:1", "part.py:2"]
    assert [cause.where for cause in pair.explain(rtol=1e-3).causes] == ["part.py:2"]
    assert [cause.where for cause in pair.explain(metric="acc").causes] == ["part.py:2"]
    with pytest.raises(BadOption, match="Neither run has a metric 'f1'"):
        pair.explain(metric="f1")


def test_a_file_that_was_left_is_named_for_what_it_is(pair: Pair) -> None:
    script = (
        "import os\nstart = int(open('last.txt').read()) if os.path.exists('last.txt') else 0\n"
        "open('last.txt', 'w').write(str(start + 1))\n"
    )
    pair.record({"train.py": script})
    pair.record({})
    (cause,) = pair.explain().causes
    assert (cause.kind, cause.subject) == ("leftover-state", "last.txt")


def test_a_file_that_nothing_reads_counts_if_nothing_else_explains_the_difference(pair: Pair) -> None:
    pair.record({"train.py": "import os\nopen('o.txt', 'w').write(str(len(os.listdir('d'))))\n", "d/a.txt": "1"})
    pair.record({"d/b.txt": "1"})
    (cause,) = pair.explain().causes
    assert (cause.kind, cause.subject) == ("data", "d/b.txt")


def test_an_option_that_only_a_framework_writes_down_is_no_cause(pair: Pair) -> None:
    script = (
        "import json, os, sys\nos.makedirs('.hydra', exist_ok=True)\n"
        "open('.hydra/overrides.yaml', 'w').write(' '.join(sys.argv[1:]))\n"
        "json.dump({'w': float(sys.argv[1].split('=')[1])}, open('w.json', 'w'))\n"
    )
    pair.record({"train.py": script}, "lr=1", "name=a")
    pair.record({}, "lr=2", "name=b")
    found = pair.explain()
    assert named(found) == {("arguments", "lr")}
    assert "name" in [each.subject for each in found.not_causes]
    assert any(".hydra" in note for note in found.notes)


def test_an_option_that_only_hides_another_line_of_a_file_is_no_cause(pair: Pair) -> None:
    script = (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', type=int, default=3)\n"
        "n = p.parse_args().n\nRATE = 0.1\nopen('w.txt', 'w').write(str((1 - RATE) ** n))\n"
    )
    pair.record({"train.py": script})
    pair.record({"train.py": script.replace("default=3", "default=5").replace("0.1", "0.2")}, "--n", "3")
    found = pair.explain()
    assert [(cause.kind, cause.subject, cause.where) for cause in found.causes] == [("code", "train.py", "train.py:5")]
    assert "--n" in [each.subject for each in found.not_causes]


def test_what_is_in_no_record_and_has_changed_since_is_told_from_a_program_that_differs_from_itself(pair: Pair) -> None:
    script = (
        "import os\nsettings = dict(os.environ.items())\n"
        "open('w.txt', 'w').write(settings.get('A_RATE', '1') + open('d.txt').read())\n"
    )
    pair.record({"train.py": script, "d.txt": "x"}, env={"A_RATE": None})
    pair.record({}, env={"A_RATE": "2"})
    found = pair.explain()
    assert found.causes == ()
    assert any("gives the second run's result each time" in note and "os.environ" in note for note in found.notes)
