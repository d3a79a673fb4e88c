from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data import check_leakage, split
from samerun.errors import BadSplit

TRAIN = pd.DataFrame({"text": ["Good film", "bad", "so so", "bad"], "label": [1, 0, 0, 0]})
TEST = pd.DataFrame({"text": ["good  film", "so so", "new"], "label": [1, 0, 1]})


def test_rows_in_two_parts_are_found_with_their_places() -> None:
    found = check_leakage({"train": TRAIN, "test": TEST})
    assert found
    assert found.found
    assert (found.what, found.columns) == ("rows", ("text", "label"))
    assert (found.sizes, found.repeated) == ({"train": 4, "test": 3}, {"train": 1, "test": 0})
    (overlap,) = found.overlaps
    assert (overlap.first, overlap.second, overlap.contents) == ("train", "test", 1)
    assert [(each.in_first, each.in_second) for each in overlap.examples] == [((2,), (1,))]


def test_nothing_shared_is_false() -> None:
    found = check_leakage({"train": TRAIN, "test": TEST.tail(1)})
    assert not found
    assert not found.found
    assert found.overlaps == ()
    assert str(found) == "no leakage: rows compared by text, label (train 4, test 1)"


def test_texts_that_differ_in_form_alone() -> None:
    found = check_leakage({"train": TRAIN, "test": TEST}, columns="text", normalise_text=True)
    assert found.overlaps[0].contents == 2
    listed = check_leakage({"train": TRAIN["text"], "test": list(TEST["text"])}, normalise_text=True)
    assert listed.overlaps[0].contents == 2


def test_the_same_features_with_another_label() -> None:
    test = TRAIN.head(1).assign(label=0)
    assert not check_leakage({"train": TRAIN, "test": test})
    assert check_leakage({"train": TRAIN, "test": test}, columns=["text"])


def test_keys_and_groups() -> None:
    found = check_leakage({"train": [1, 2, 3, 3], "val": np.array([5]), "test": pd.Series([3, 9])})
    (overlap,) = found.overlaps
    assert (overlap.first, overlap.second, overlap.in_first, overlap.in_second) == ("train", "test", 2, 1)
    assert overlap.examples[0].in_first == (2, 3)
    assert str(found).splitlines() == [
        "leakage: values compared (train 4, val 1, test 2)",
        "  train and test share 1 content: 2 of train, 1 of test",
        "    2, 3 = 0: 3",
    ]


def test_patients_in_two_parts() -> None:
    rows = pd.DataFrame({"patient": np.arange(300) // 3, "x": np.random.default_rng(0).random(300)})
    shares = {"train": 0.7, "test": 0.3}
    careless = {name: rows.iloc[places] for name, places in split(rows.index, shares).items()}
    careful = {name: rows.iloc[places] for name, places in split(rows.index, shares, groups=rows.patient).items()}
    assert not check_leakage(careless)
    assert check_leakage(careless, columns="patient")
    assert not check_leakage(careful, columns="patient")


def test_arrays_item_by_item() -> None:
    images = np.random.default_rng(0).random((10, 4, 4)).astype("float32")
    assert not check_leakage({"train": images[:5], "test": images[5:]})
    found = check_leakage({"train": images[:5], "test": images[3:]})
    assert [each.in_first for each in found.overlaps[0].examples] == [(3,), (4,)]


def test_files_by_content(tmp_path: Path) -> None:
    for name, content in {"train/a": "x", "train/b": "y", "test/renamed": "x", "test/c": "z"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    found = check_leakage({"train": tmp_path / "train", "test": tmp_path / "test"})
    (example,) = found.overlaps[0].examples
    assert example.in_first == (str(tmp_path / "train" / "a"),)
    assert example.in_second == (str(tmp_path / "test" / "renamed"),)


def test_every_pair_of_parts_is_looked_at() -> None:
    found = check_leakage({"a": [1, 2], "b": [2, 3], "c": [3, 1]})
    assert [(each.first, each.second) for each in found.overlaps] == [("a", "b"), ("a", "c"), ("b", "c")]


def test_examples_are_cut_and_counts_are_not() -> None:
    found = check_leakage({"a": range(100), "b": [*range(100), *range(100)]}, limit=3)
    (overlap,) = found.overlaps
    assert (overlap.contents, overlap.in_first, overlap.in_second) == (100, 100, 200)
    assert [each.in_first for each in overlap.examples] == [(0,), (1,), (2,)]
    assert str(found).splitlines()[-1] == "    and 97 more"
    assert found.repeated == {"a": 0, "b": 100}


def test_frames_of_two_libraries() -> None:
    assert check_leakage({"train": TRAIN, "test": pl.from_pandas(TEST)}).overlaps[0].contents == 1


@pytest.mark.parametrize("parts", [{}, {"a": [1]}, [[1], [2]], None], ids=str)
def test_one_part_leaks_nowhere(parts: Any) -> None:
    with pytest.raises(BadSplit, match="two parts"):
        check_leakage(parts)


@settings(deadline=None, max_examples=60)
@given(*[st.lists(st.integers(0, 9) | st.sampled_from(["0", "a"]))] * 2)
def test_as_two_sets_would_tell(one: list[Any], other: list[Any]) -> None:
    kinds = [{type(value) for value in each} for each in (one, other)]
    if all(kinds) and kinds[0].isdisjoint(kinds[1]):
        return
    found = check_leakage({"a": one, "b": other}, files=False)
    shared = set(one) & set(other)
    assert bool(found) == bool(shared)
    if shared:
        (overlap,) = found.overlaps
        assert overlap.contents == len(shared)
        assert overlap.in_first == sum(value in shared for value in one)
        assert overlap.in_second == sum(value in shared for value in other)
