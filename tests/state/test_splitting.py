from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import BadInput, BadOption
from samerun.state.splitting import Split, apportioned, checked_shares, split_rows

SHARES = (0.6, 0.2, 0.2)


def test_every_row_is_in_one_part_in_the_wanted_shares() -> None:
    split = split_rows(100, 0, SHARES)
    assert [len(part) for part in split] == [60, 20, 20]
    assert sorted(np.concatenate(list(split)).tolist()) == list(range(100))
    assert all((np.diff(part) > 0).all() for part in split)


def test_the_seed_decides() -> None:
    assert same(split_rows(50, 1, SHARES), split_rows(50, 1, SHARES))
    assert not same(split_rows(50, 1, SHARES), split_rows(50, 2, SHARES))


def test_the_rows_of_a_seed_never_change() -> None:
    assert split_rows(10, 0, SHARES).test.tolist() == GOLDEN


GOLDEN = [5, 7]


def same(a: Split, b: Split) -> bool:
    return all(np.array_equal(one, other) for one, other in zip(a, b, strict=True))


def test_each_class_is_divided_by_itself() -> None:
    classes = np.array(["a"] * 90 + ["b"] * 10)
    for part, wanted in zip(split_rows(100, 0, SHARES, classes=classes), (6, 2, 2), strict=True):
        assert (classes[part] == "b").sum() == wanted


def test_a_class_more_does_not_move_the_rows_of_the_others() -> None:
    some = np.array(["a"] * 20 + ["b"] * 20)
    more = np.concatenate([some, ["c"] * 20])
    before, after = split_rows(40, 0, SHARES, classes=some), split_rows(60, 0, SHARES, classes=more)
    assert set(before.test) == set(after.test[after.test < 40])


def test_groups_stay_together_and_the_shares_are_near() -> None:
    groups = np.repeat(np.arange(50), 4)
    split = split_rows(200, 0, SHARES, groups=groups)
    held = [set(groups[part]) for part in split]
    assert sum(len(each) for each in held) == len(held[0] | held[1] | held[2]) == 50
    assert [len(part) for part in split] == [
        pytest.approx(120, abs=8),
        pytest.approx(40, abs=8),
        pytest.approx(40, abs=8),
    ]


def test_groups_are_balanced_by_class_as_far_as_they_can_be() -> None:
    groups = np.repeat(np.arange(60), 5)
    classes = (groups % 3 == 0).astype(int)
    for part in split_rows(300, 3, SHARES, classes=classes, groups=groups):
        assert classes[part].mean() == pytest.approx(1 / 3, abs=0.1)


@settings(deadline=None, max_examples=60)
@given(st.integers(3, 12), st.integers(0, 2**64 - 1), st.data())
def test_no_part_is_ever_empty(count: int, seed: int, data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 6), min_size=count, max_size=count))
    groups = np.repeat(np.arange(count), sizes)
    parts = list(split_rows(len(groups), seed, (0.98, 0.01, 0.01), groups=groups))
    assert all(len(part) for part in parts)
    assert sorted(np.concatenate(parts).tolist()) == list(range(len(groups)))


@settings(deadline=None, max_examples=100)
@given(st.integers(3, 5000), st.floats(0.01, 0.97))
def test_whole_numbers_add_up_and_are_near(count: int, train: float) -> None:
    shares = (train, (1 - train) / 2, (1 - train) / 2)
    found = apportioned(count, shares)
    assert sum(found) == count
    assert min(found) >= 1
    assert all(abs(each - count * share) < 2 or each == 1 for each, share in zip(found, shares, strict=True))


@pytest.mark.parametrize("given", [SHARES, [0.6, 0.2, 0.2], {"test": 0.2, "train": 0.6, "validation": 0.2}])
def test_shares_as_they_may_be_given(given: Any) -> None:
    assert checked_shares(given) == SHARES


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ((0.8, 0.2), "are no three numbers"),
        ((0.8, 0.1, 0.2), "1 together"),
        ((1.0, 0.0, 0.0), "not all over 0"),
        ((1.2, -0.1, -0.1), "not all over 0"),
        ((float("nan"), 0.5, 0.5), "not all over 0"),
        ({"train": 0.8, "test": 0.2}, "The shares are named ['test', 'train']. Name them train, validation, test."),
        ("abc", "are no three numbers"),
        (0.8, "are no three numbers"),
    ],
)
def test_wrong_shares_are_said(given: Any, sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        checked_shares(given)
    assert sentence in str(caught.value)


def test_too_few_of_anything_is_said() -> None:
    with pytest.raises(BadInput, match="The class 'b' has 1 row: too few"):
        split_rows(10, 0, SHARES, classes=np.array(["a"] * 9 + ["b"]))
    with pytest.raises(BadInput, match="The class 7 has 2 rows"):
        split_rows(10, 0, SHARES, classes=np.array([1] * 8 + [7] * 2))
    with pytest.raises(BadInput, match="There are 2 rows"):
        split_rows(2, 0, SHARES)
    with pytest.raises(BadInput, match="There are 2 groups"):
        split_rows(6, 0, SHARES, groups=np.array([0, 0, 0, 1, 1, 1]))
