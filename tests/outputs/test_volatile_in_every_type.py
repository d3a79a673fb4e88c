"""Fields that are the run's own, and fields that only look like it: the same answer in every type of file."""

from __future__ import annotations

import csv
import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from samerun.outputs import compare_files
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

from .conftest import FIRST, SECOND

EXACT = Comparing(FIRST, SECOND)
VOLATILE = [
    ("seconds", 12.5, 31.0),
    ("elapsed_ms", 12500.0, 31000.0),
    ("timestamp", 1718000010.5, 1718100020.5),
    ("created_at", "2024-06-10T06:13:40Z", "2024-06-11T10:00:12Z"),
    ("hostname", "box", "other"),
    ("pid", 4711, 815),
    ("run_id", "20240610_061320_abc123", "20240611_100000_def456"),
    ("output_dir", "/home/u/exp/out", "/w/2/out"),
    ("samples_per_second", 120.5, 80.25),
]
FIELDS: dict[str, Callable[[Any], str]] = {
    "v.json": json.dumps,
    "v.jsonl": lambda value: json.dumps(value) + "\n",
    "v.yaml": lambda value: yaml.safe_dump(value),
    "v.toml": lambda value: "".join(f"{key} = {json.dumps(each)}\n" for key, each in value.items()),
    "v.csv": lambda value: as_csv(value),
    "v.pkl": lambda value: pickle.dumps(value, 0).decode("ascii"),
}


def as_csv(value: dict[str, Any]) -> str:
    file = io.StringIO()
    csv.writer(file).writerows([value, value.values()])
    return file.getvalue()


def fields(tmp_path: Path, name: str, a: Any, b: Any, comparing: Comparing = EXACT) -> Difference:
    paths = [tmp_path / f"{number}_{name}" for number in (1, 2)]
    for path, value in zip(paths, (a, b), strict=True):
        path.write_text(FIELDS[name](value))
    return compare_files(name, *paths, comparing)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(("field", "one", "two"), VOLATILE, ids=[field for field, *_ in VOLATILE])
def test_a_field_that_is_the_runs_own_does_not_count(tmp_path: Path, name: str, field: str, one: Any, two: Any) -> None:
    """The same in every type of file; and the same two values count as soon as they are not of these runs."""
    rest = {"loss": 0.5}
    found = fields(tmp_path, name, {**rest, field: one}, {**rest, field: two})
    assert found.verdict == "equivalent", found.detail
    assert [node.volatile for node in found.ignored()]
    swapped = fields(tmp_path, name, {**rest, field: two}, {**rest, field: one})
    never = {"samples_per_second", "seconds", "elapsed_ms"}  # spans fit both runs, rates have no window
    assert swapped.verdict == ("equivalent" if field in never else "different")


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(("field", "one", "two"), VOLATILE, ids=[field for field, *_ in VOLATILE])
def test_a_number_beside_it_still_counts(tmp_path: Path, name: str, field: str, one: Any, two: Any) -> None:
    found = fields(tmp_path, name, {"loss": 0.5, field: one}, {"loss": 0.25, field: two})
    assert found.verdict == "different"
    assert "loss" in found.detail
    near = fields(tmp_path, name, {"loss": 0.5, field: one}, {"loss": 0.5001, field: two}, replace(EXACT, rtol=0.01))
    assert near.verdict == "within-tolerance"


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("field", ["loss", "seed", "steps", "time_steps", "n_seconds", "epoch", "batch_size"])
def test_the_same_values_under_another_name_count(tmp_path: Path, name: str, field: str) -> None:
    for one, two in ((12.5, 31.0), (1718000010, 1718100020), (4711, 815)):
        assert fields(tmp_path, name, {"x": 1, field: one}, {"x": 1, field: two}).verdict == "different"


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize(
    ("field", "one", "two"),
    [
        ("seconds", 12.5, 500.0),
        ("seconds", -1.5, 2.5),
        ("elapsed_ms", 12500.0, 31000000.0),
        ("timestamp", 1718000010.5, 1718000020.5),
        ("hostname", "box", "third"),
        ("pid", 4711, 816),
        ("run_id", "one", "two"),
        ("samples_per_second", 120.5, -1.5),
        ("created_at", "2024-06-10T06:13:40Z", "2024-07-11T10:00:12Z"),
    ],
)
def test_a_name_alone_is_never_enough(tmp_path: Path, name: str, field: str, one: Any, two: Any) -> None:
    assert fields(tmp_path, name, {"x": 1, field: one}, {"x": 1, field: two}).verdict == "different"
    declared = replace(EXACT, volatile_names=(field,))
    assert fields(tmp_path, name, {"x": 1, field: one}, {"x": 1, field: two}, declared).verdict == "equivalent"
