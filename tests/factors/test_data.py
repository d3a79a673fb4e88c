"""Data: what was read, by content."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from samerun.factors.data import Data
from samerun.factors.factor import Plan, Scene
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.observation import Observation


def subjects(a: dict[str, Any], b: dict[str, Any]) -> list[str]:
    return [change.subject for change in Data().differences(a, b)]


def test_only_what_was_read_and_is_no_code(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    facts = {
        "b.csv": FileFact(1, hash="h", read=True),
        "a.csv": FileFact(1, hash="h"),
        "a.py": FileFact(1, hash="h", read=True),
        "/data/a.csv": FileFact(1, "outside", hash="h", read=True),
    }
    values = Data().read(scene(files=facts, observed=ended()))
    assert isinstance(values, dict)
    assert list(values) == ["/data/a.csv", "a.py", "b.csv"]
    assert subjects(values, {}) == ["/data/a.csv", "b.csv"]


def test_it_is_unknown_before_the_end(scene: Callable[..., Scene]) -> None:
    assert isinstance(Data().read(scene()), Missing)


def test_another_content_is_a_change_and_another_time_is_none() -> None:
    assert subjects({"a": {"hash": "1", "mtime_ns": 1}}, {"a": {"hash": "1", "mtime_ns": 2}}) == []
    assert subjects({"a": {"hash": "1"}}, {"a": {"hash": "2"}}) == ["a"]


def test_an_unknown_content_is_no_evidence_of_a_change() -> None:
    assert subjects({"a": {"hash": "1"}}, {"a": {"why": "overwritten"}}) == []


def test_a_file_that_one_run_alone_read_is_a_change_unless_it_is_a_cache() -> None:
    assert subjects({"a.csv": {"hash": "1"}}, {}) == ["a.csv"]
    assert subjects({}, {"__pycache__/a.cpython-311.pyc": {"hash": "1"}}) == []


def test_a_configuration_is_compared_key_by_key_elsewhere() -> None:
    a, b = {"hash": "1", "configuration": True}, {"hash": "2", "configuration": True}
    assert subjects({"c.yaml": a}, {"c.yaml": b}) == []
    assert subjects({"c.yaml": a}, {"c.yaml": {"hash": "2"}}) == ["c.yaml"]


def test_what_was_read_can_be_given(
    scene: Callable[..., Scene], ended: Callable[..., Observation], plan: Callable[..., Plan]
) -> None:
    facts = {"a.csv": FileFact(3, "ignored", "h", mode=0o640, mtime_ns=5, kept=True, read=True)}
    values, given = Data().read(scene(files=facts, observed=ended())), plan()
    assert isinstance(values, dict)
    Data().give(given, values)
    assert given.files == facts


def test_a_file_that_was_looked_for_and_not_there_is_a_value_too(
    scene: Callable[..., Scene], ended: Callable[..., Observation], plan: Callable[..., Plan]
) -> None:
    looked = scene(
        observed=ended(absent=frozenset({"/tree/last.pt", "/tree/made.txt"}), written=frozenset({"/tree/made.txt"}))
    )
    values, given = Data().read(dataclasses.replace(looked, tree=Path("/tree"))), plan()
    assert values == {"last.pt": {"missing": "it was not there"}}
    assert subjects(values, {"last.pt": {"hash": "1"}}) == ["last.pt"]
    assert subjects(values, values) == subjects(values, {}) == []
    Data().give(given, values)
    assert given.files == {}
