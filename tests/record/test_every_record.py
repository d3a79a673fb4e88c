"""What holds for every record: it cannot be changed, it is read back as it was written, and damage is refused."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.record import cause
from samerun.record.cause import Check, Explanation
from samerun.record.difference import Deviation, Difference, gather
from samerun.record.files import FileFact
from samerun.record.lineage import Lineage, RunNode, Use
from samerun.record.missing import Missing
from samerun.record.observation import Observation, SeenFile, SeenProcess
from samerun.record.output import Output
from samerun.record.run import SCHEMA, GitState, Holder, Place, Run
from samerun.record.values import Change
from samerun.record.verdict import VERDICTS, worst
from samerun.record.window import Window

MODULES = [
    importlib.import_module(f"samerun.record.{path.stem}")
    for path in sorted(Path(cause.__file__).parent.glob("*.py"))
    if path.stem != "__init__"
]
RECORDS: list[type[msgspec.Struct]] = [
    record
    for module in MODULES
    for _, record in inspect.getmembers(module, inspect.isclass)
    if issubclass(record, msgspec.Struct) and record.__module__ == module.__name__
]
NAMES = st.text("ab/._é\x1b", max_size=5)
MISSING = st.builds(Missing, NAMES)
PLACE = Place("/t", "/t/c")


def again(value: Any) -> Any:
    """Return a record as it is after it was written and read."""
    return msgspec.json.decode(msgspec.json.encode(value), type=type(value))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_no_record_can_be_changed(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_record_says_what_it_is(record: type[msgspec.Struct]) -> None:
    assert record.__doc__
    assert record.__doc__.splitlines()[0].endswith((".", ";", ","))


def test_setting_a_field_is_refused() -> None:
    fact = FileFact(3)
    with pytest.raises(AttributeError):
        fact.size = 4  # type: ignore[misc]


OUTPUTS = st.builds(
    Output, NAMES, NAMES, st.integers(0, 2**60), NAMES | MISSING, NAMES | MISSING, st.integers(0, 0o7777),
    st.none() | NAMES,
)  # fmt: skip
RUNS = st.builds(
    Run, NAMES, NAMES, st.lists(NAMES, max_size=3), st.just(PLACE),
    st.sampled_from(["running", "finished", "failed", "killed", "interrupted"]), st.floats(0, 1e10),
    exit_code=st.none() | st.integers(0, 255), parent=st.none() | NAMES, tags=st.lists(NAMES, max_size=2),
    outputs=st.lists(OUTPUTS, max_size=2), metrics=st.dictionaries(NAMES, st.floats(-1, 1) | NAMES, max_size=2),
    holder=st.none() | st.just(Holder("h", "b", 1, "s")), window=st.none() | st.just(Window(1.0, 2.0, "h")),
)  # fmt: skip


@given(RUNS)
@settings(deadline=None, max_examples=60)
def test_a_run_comes_back(run: Run) -> None:
    assert again(run) == run


@given(st.recursive(
    st.builds(Difference, NAMES, st.sampled_from(VERDICTS)),
    lambda inner: st.builds(gather, NAMES, st.lists(inner, max_size=3)),
    max_leaves=12,
))  # fmt: skip
@settings(deadline=None, max_examples=80)
def test_a_tree_comes_back_and_none_is_better_than_what_is_below(tree: Difference) -> None:
    assert again(tree) == tree
    nodes = list(tree.walk())
    assert nodes[0] is tree
    for node in nodes:
        assert worst([node.verdict, *(child.verdict for child in node.children)]) == node.verdict
        assert not node.children or all(child.verdict != "identical" for child in node.children)


@given(st.lists(st.sampled_from(VERDICTS)), st.lists(st.sampled_from(VERDICTS)))
def test_the_worst_of_all_is_the_worst_of_the_parts(some: list[Any], others: list[Any]) -> None:
    assert worst([*some, *others]) == worst([worst(some), worst(others)])


@pytest.mark.parametrize(
    "value",
    [
        Explanation(True, "identical"),
        Check(None, None, notes=("why",)),
        Deviation(float("1e-300"), 0.5, None, "[3, 0]", 1, 9),
        Change("seed", "--seed", {"a": [1, None]}, None, "t.py:3", "note"),
        GitState("abc", dirty=True),
        Observation((SeenProcess("main", 1, "p", "3.11", "/p", "/b", ("p", "t.py")),), {"/a": SeenFile(1, 2, 3, 4, 5)}),
        Observation(written=frozenset({"/a", "/b"}), before={"/a": (1, 2)}, used={"clock": ("t.py:1",)}),
        Lineage("x", hashes=("a",), runs={"r": RunNode("r", "n", "finished", 1.0, 2.0, None, "/f")}),
        Window(1.0, 2.0, pids=frozenset({1, 2}), paths=("/a",)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_records_come_back(value: msgspec.Struct) -> None:
    assert again(value) == value


def test_a_bare_run_has_the_schema_and_shares_nothing_with_another() -> None:
    one, other = (Run(name, "n", ["a"], PLACE, "running", 1.0) for name in "ab")
    assert one.schema == SCHEMA == again(one).schema
    one.tags.append("x")
    one.factors["seed"] = {}
    assert (other.tags, other.factors) == ([], {})


@pytest.mark.parametrize(
    ("record", "text"),
    [
        (Output, '{"path": "a", "kind": "k", "size": "many", "hash": "h", "kept": "k"}'),
        (Output, '{"path": "a", "kind": "k", "size": 1, "hash": {"gone": 1}, "kept": "k"}'),
        (Output, '{"path": "a", "kind": "k", "size": 1, "hash": null, "kept": "k"}'),
        (Difference, '{"label": "a", "verdict": "fine"}'),
        (Difference, '{"label": "a", "verdict": "identical", "children": [{"label": "b"}]}'),
        (Use, '{"run": "r", "role": "made", "path": "p", "hash": "h", "size": 1}'),
        (FileFact, '{"size": 1, "state": "new"}'),
        (FileFact, '{"hash": "a"}'),
        (Missing, "{}"),
        (Run, '{"id": "a"}'),
    ],
)
def test_damage_is_refused(record: type[msgspec.Struct], text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=record)


def test_what_a_later_version_adds_is_passed_over() -> None:
    assert msgspec.json.decode('{"size": 1, "colour": "red"}', type=FileFact) == FileFact(1)


def test_an_absence_is_told_from_a_text() -> None:
    output = Output("a", "k", 1, Missing("too big"), "results/a")
    assert msgspec.to_builtins(output)["hash"] == {"missing": "too big"}
    assert again(output).hash == Missing("too big")
    assert again(output).kept == "results/a"


def test_when_a_run_of_a_lineage_ended() -> None:
    assert RunNode("r", "n", "finished", 10.0, 2.5, None, "/f").ended == 12.5


def test_uses_are_in_order_by_run_then_role_then_path() -> None:
    uses = [Use(*fields, "h", 1) for fields in (("r1", "read", "/b"), ("r1", "wrote", "/a"), ("r2", "read", "/a"))]
    assert sorted([*reversed(uses), uses[0]]) == [uses[0], *uses]


def test_all_records_were_found() -> None:
    assert {Run, Difference, FileFact, Lineage, Observation, Explanation, Missing, Window, Change} <= set(RECORDS)
