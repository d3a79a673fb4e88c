from __future__ import annotations

import datetime
import enum
import random
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import BadOption, BadSeed
from samerun.state.ordering import shuffled

few = settings(max_examples=60, deadline=None)
ROWS = st.lists(
    st.tuples(st.integers(-3, 3), st.text(max_size=2), st.one_of(st.none(), st.floats(-2, 2, width=16))), max_size=12
)


def test_an_order_never_changes() -> None:
    assert shuffled(["a", "b", "c", "d", "e"], seed=1) == ["a", "c", "d", "b", "e"]  # for ever: splits depend on it


@few
@given(st.lists(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False))), st.randoms(use_true_random=False))
def test_the_order_that_came_in_does_not_matter(items: list[Any], chance: random.Random) -> None:
    items = list({(repr(item), item) for item in items if not isinstance(item, float) or not item.is_integer()})
    other = list(items)
    chance.shuffle(other)
    assert shuffled(items, seed=7) == shuffled(other, seed=7)
    assert sorted(shuffled(items, seed=7), key=repr) == sorted(items, key=repr)


@few
@given(st.sets(st.text(), min_size=1), st.text())
def test_one_more_item_moves_no_others(items: set[str], more: str) -> None:
    assert [one for one in shuffled([*items, more], seed=3) if one in items and one != more] == [
        one for one in shuffled(items, seed=3) if one != more
    ]


@few
@given(ROWS, st.randoms(use_true_random=False))
def test_frames_by_whole_rows(rows: list[Any], chance: random.Random) -> None:
    other = list(rows)
    chance.shuffle(other)
    columns = ["a", "b", "c"]
    one, two = (shuffled(pd.DataFrame(some, columns=columns), seed=1) for some in (rows, other))
    pd.testing.assert_frame_equal(one.reset_index(drop=True), two.reset_index(drop=True), check_dtype=False)
    schema = {"a": pl.Int64, "b": pl.String, "c": pl.Float64}
    three, four = (shuffled(pl.DataFrame(some, schema, orient="row"), seed=1) for some in (rows, other))
    assert three.equals(four)
    assert three["b"].to_list() == one["b"].tolist()


def test_frames_by_columns_keep_their_labels_and_their_type() -> None:
    frame = pd.DataFrame({"name": list("abcd"), "value": [4, 3, 2, 1]}, index=[10, 11, 12, 13])
    found = shuffled(frame, seed=1, key="name")
    assert type(found) is pd.DataFrame
    assert found.loc[11, "name"] == "b"
    assert sorted(found.index) == [10, 11, 12, 13]
    pd.testing.assert_frame_equal(found, shuffled(frame.iloc[::-1], seed=1, key=["name"]))
    assert shuffled(pl.DataFrame(frame), seed=1, key="name")["name"].to_list() == found["name"].tolist()


def test_series() -> None:
    assert shuffled(pd.Series(list("abcde")), seed=1).tolist() == shuffled(pd.Series(list("edcba")), seed=1).tolist()
    assert shuffled(pl.Series(list("abcde")), seed=1).to_list() == shuffled(pd.Series(list("abcde")), seed=1).tolist()


def test_equal_rows_go_by_their_labels() -> None:
    frame = pd.DataFrame({"a": [1, 1, 2]}, index=["x", "y", "z"])
    pd.testing.assert_frame_equal(shuffled(frame, seed=1), shuffled(frame.iloc[[1, 0, 2]], seed=1))


def test_types_stay_and_what_can_be_gone_through_gives_a_list(tmp_path: Path) -> None:
    for name in ("b.png", "a.png", "sub"):
        (tmp_path / name).touch()
    assert shuffled((3, 1, 2), seed=1) == tuple(shuffled([1, 2, 3], seed=1))
    array = np.array([[3, 4], [1, 2], [5, 6]])
    assert shuffled(array, seed=1).tolist() == shuffled(array[::-1], seed=1).tolist()
    assert shuffled({"a", "b"}, seed=1) == shuffled(["b", "a"], seed=1)
    paths = shuffled(tmp_path.glob("*"), seed=1, key=lambda path: path.name)
    assert [path.name for path in paths] == shuffled(["a.png", "b.png", "sub"], seed=1)
    assert (
        shuffled([PurePosixPath("d/x"), PurePosixPath("d/y")], seed=1)[0].as_posix()
        == shuffled(["d/y", "d/x"], seed=1)[0]
    )
    assert shuffled([], seed=1) == []


def test_seeds_and_epochs_give_other_orders() -> None:
    items = list(range(50))
    orders = [shuffled(items, seed=seed, epoch=epoch) for seed, epoch in ((0, 0), (0, 1), (1, 0), (2**64 - 1, 0))]
    assert len({tuple(order) for order in orders}) == 4
    with pytest.raises(BadSeed):
        shuffled(items, seed=-1)


def test_what_a_dataset_is_made_of_has_a_key() -> None:
    class Colour(enum.Enum):
        red = 1

    day = datetime.date(2026, 1, 1)
    items = [{"a": 1, "b": [2, None]}, (day, Colour.red), b"x", 2.5, np.float32(0.1), True, {1, 2}, np.arange(3)]
    once, twice = shuffled(items, seed=1), shuffled(items[::-1], seed=1)
    assert [id(item) for item in once] == [id(item) for item in twice]


@pytest.mark.parametrize(
    ("items", "key", "said"),
    [
        ("abc", None, "A str is one item"),
        (np.array(1), None, "without axes"),
        ([object()], None, "A object cannot be put in order"),
        ([1, 2], lambda item: 0, "2 items that differ have the same key: those at 0, 1"),
        ([1, 1.0], None, "2 items that differ"),
        ([1, 2], "name", "names a column"),
        (pd.DataFrame({"a": [1, 1], "b": [1, 2]}), "a", "2 items that differ"),
        (pd.DataFrame({"a": [1]}), "c", "no column"),
        (pd.DataFrame({"a": [1]}), len, "is a function"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), None, "same name"),
    ],
)
def test_what_cannot_be_ordered_is_refused(items: Any, key: Any, said: str) -> None:
    with pytest.raises(BadOption, match=said):
        shuffled(items, seed=1, key=key)


def test_equal_items_are_welcome() -> None:
    assert shuffled([2, 1, 2, 1], seed=1) == shuffled([1, 1, 2, 2], seed=1)
