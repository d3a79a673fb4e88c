from __future__ import annotations

import math
import subprocess
import sys
import warnings
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data import part_of, split
from samerun.errors import BadSplit

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def parts(keys: Any, shares: Any = None, **options: Any) -> dict[Any, str]:
    """Return the part of each key."""
    listed = list(keys)
    found = split(listed, shares or SHARES, **options)
    return {listed[row]: name for name, rows in found.items() for row in rows}


# ---------------------------------------------------------------------- where a row goes


def test_a_fixed_assignment_for_ever() -> None:
    keys = [*range(24), *"abcdefgh", b"a", b"b", (1, "a"), ("a", 1), -5, 2**70]
    letters = "".join(part_of(key, SHARES)[1] for key in keys)
    assert letters == "rrrrrrrrrrrrrrrerrrrrererrerrrerrrrrrr"
    letters = "".join(part_of(key, SHARES, seed=42)[1] for key in keys)
    assert letters == "rerrarrrrrrrrrerrrrrrrararrerrrrarerrr"


def test_every_row_is_in_one_part_and_rows_ascend() -> None:
    found = split(range(5000), SHARES)
    assert list(found) == ["train", "val", "test"]
    assert sorted(np.concatenate(list(found.values())).tolist()) == list(range(5000))
    for rows in found.values():
        assert rows.dtype == np.int64
        assert (np.diff(rows) > 0).all()


@settings(deadline=None)
@given(
    st.lists(st.integers() | st.text(), min_size=1, unique=True),
    st.lists(st.integers() | st.text(), unique=True),
    st.randoms(use_true_random=False),
    st.integers(0, 3),
)
def test_rows_that_come_or_go_move_no_other(keys: list[Any], more: list[Any], random: Any, seed: int) -> None:
    before = parts(keys, seed=seed)
    everything = [*keys, *(key for key in more if key not in before)]
    random.shuffle(everything)
    after = parts(everything, seed=seed)
    assert {key: after[key] for key in keys} == before
    assert before == {key: part_of(key, SHARES, seed=seed) for key in keys}


def test_another_process_with_another_hash_seed_agrees() -> None:
    program = f"""
from samerun.data import split
print({{name: rows.tolist() for name, rows in split([f"key {{n}}" for n in range(50)], {SHARES}).items()}})
"""
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    here = {name: rows.tolist() for name, rows in split([f"key {n}" for n in range(50)], SHARES).items()}
    assert answers == {f"{here}\n"}


@pytest.mark.parametrize(
    "keys",
    [
        tuple(range(100)),
        np.arange(100),
        np.arange(100, dtype="uint8"),
        pd.Series(range(100)),
        pd.Index(range(100)),
        pd.Series(range(100), dtype="Int32"),
        pl.Series(range(100)),
        pa.array(range(100)),
        (each for each in range(100)),
    ],
    ids=lambda keys: f"{type(keys).__module__.split('.')[0]}.{type(keys).__name__}",
)
def test_whatever_holds_the_keys(keys: Any) -> None:
    expected = {name: rows.tolist() for name, rows in split(list(range(100)), SHARES).items()}
    assert {name: rows.tolist() for name, rows in split(keys, SHARES).items()} == expected


def test_one_and_its_text_are_two_keys() -> None:
    numbers = [part_of(each, SHARES) for each in range(200)]
    texts = [part_of(str(each), SHARES) for each in range(200)]
    assert numbers != texts


def test_equal_keys_are_in_the_same_part() -> None:
    found = split([7, 8, 7, 7, 8], {"a": 0.5, "b": 0.5})
    sides = {row: name for name, rows in found.items() for row in rows.tolist()}
    assert sides[0] == sides[2] == sides[3]
    assert sides[1] == sides[4]


# ---------------------------------------------------------------------- how many


@pytest.mark.parametrize("seed", [0, 1, 2**63, -1])
def test_the_shares_of_100_000_keys(seed: int) -> None:
    found = split(range(100_000), SHARES, seed=seed)
    for name, share in SHARES.items():
        spread = math.sqrt(100_000 * share * (1 - share))
        assert abs(len(found[name]) - 100_000 * share) < 5 * spread


def test_seeds_are_independent() -> None:
    one, other = (np.isin(np.arange(50_000), split(range(50_000), {"a": 0.5, "b": 0.5}, seed=s)["a"]) for s in (0, 1))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_parts_do_not_follow_the_order_of_the_keys() -> None:
    rows = split(range(100_000), {"a": 0.5, "b": 0.5})["a"]
    counts, _ = np.histogram(rows, bins=100, range=(0, 100_000))
    assert ((counts - 500) ** 2 / 250).sum() < 160  # chi squared, 100 degrees of freedom: once in 10,000


def test_a_part_without_a_share_is_empty() -> None:
    found = split(range(1000), {"none": 0, "a": 0.5, "zero": 0.0, "b": 0.5, "last": 0})
    assert [len(found[name]) for name in ("none", "zero", "last")] == [0, 0, 0]
    assert len(split(range(10), {"all": 1})["all"]) == 10


def test_shares_are_decimal_not_binary() -> None:
    same = [
        {"a": 0.7, "b": 0.2, "c": 0.1},
        {"a": Decimal("0.7"), "b": Decimal("0.2"), "c": Decimal("0.1")},
        {"a": Fraction(7, 10), "b": Fraction(1, 5), "c": Fraction(1, 10)},
        {"a": np.float64(0.7), "b": np.float64(0.2), "c": np.float64(0.1)},
    ]
    assert len({tuple(split(range(1000), shares)["b"].tolist()) for shares in same}) == 1
    split(range(10), {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3})


def test_a_change_of_shares_moves_the_keys_between_the_borders_alone() -> None:
    keys = range(20_000)
    before, after = parts(keys, {"train": 0.8, "test": 0.2}), parts(keys, {"train": 0.7, "test": 0.3})
    moved = [key for key in keys if before[key] != after[key]]
    assert {(before[key], after[key]) for key in moved} == {("train", "test")}
    assert abs(len(moved) - 2000) < 300
    third = parts(keys, {"train": 0.8, "val": 0.1, "test": 0.1})
    assert {key for key in keys if third[key] == "train"} == {key for key in keys if before[key] == "train"}


@pytest.mark.parametrize(
    ("shares", "words"),
    [
        ({"a": 0.8, "b": 0.1}, "0.9 together, not 1. Name the part for the rest"),
        ({"a": 80, "b": 20}, "100 together, not 1. Divide"),
        ({"a": 1.5, "b": -0.5}, "share of 'b' is -0.5"),
        ({"a": float("nan"), "b": 1}, "share of 'a' is nan"),
        ({"a": float("inf")}, "share of 'a' is inf"),
        ({"a": "much"}, "'much', which is no number"),
        ({"a": True}, "share of 'a' is True"),
        ({"a": None}, "share of 'a' is None"),
        ({1: 1.0}, "name of a part is 1"),
        ({}, "no dict"),
        ([0.8, 0.2], "no dict"),
    ],
)
def test_shares_that_mean_nothing_are_told(shares: Any, words: str) -> None:
    with pytest.raises(BadSplit, match=words):
        split([1, 2], shares)
    with pytest.raises(BadSplit, match=words):
        part_of(1, shares)


@pytest.mark.parametrize("seed", ["0", 1.0, None, True])
def test_seeds_that_are_no_whole_number_are_told(seed: Any) -> None:
    with pytest.raises(BadSplit, match="The seed is"):
        split([1], SHARES, seed=seed)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([], "no keys to split"),
        ([1, None], "key of row 1 is missing"),
        (pd.Series([1, None]), "key of row 0 is a float"),
        (pd.Series([None, "a"]), "key of row 0 is missing"),
        (pd.DataFrame({"a": [1]}), "one column"),
        (100, "are a int"),
        ("abc", "are a str"),
    ],
    ids=str,
)
def test_keys_that_cannot_be_are_told(keys: Any, words: str) -> None:
    with pytest.raises(BadSplit, match=words):
        split(keys, SHARES)


# ---------------------------------------------------------------------- groups and labels


def test_a_group_is_never_parted_and_new_rows_follow_it() -> None:
    random = np.random.default_rng(0)
    groups = random.integers(0, 300, 5000)
    found = split(np.arange(5000), SHARES, groups=groups)
    sides = [set(groups[rows].tolist()) for rows in found.values()]
    assert sum(map(len, sides)) == len(set(groups.tolist()))
    part = {group: part_of(group, SHARES) for group in set(groups.tolist())}
    more = split(np.arange(5001), SHARES, groups=[*groups.tolist(), int(groups[0])])
    assert 5000 in more[part[int(groups[0])]]


def test_groups_that_do_not_fit_are_told() -> None:
    with pytest.raises(BadSplit, match="3 keys and 2 groups"):
        split([1, 2, 3], SHARES, groups=[1, 2])
    with pytest.raises(BadSplit, match="group of row 1 is missing"):
        split([1, 2], SHARES, groups=["a", None])


def test_shares_hold_in_each_class_and_stay_when_rows_come() -> None:
    random = np.random.default_rng(0)
    labels = random.choice(["common", "rare"], 40_000, p=[0.95, 0.05])
    found = split(range(40_000), SHARES, stratify=labels)
    for label in ("common", "rare"):
        count = int((labels == label).sum())
        for name, share in SHARES.items():
            there = int((labels[found[name]] == label).sum())
            assert abs(there - count * share) < 5 * math.sqrt(count * share * (1 - share))
    fewer = split(range(20_000), SHARES, stratify=labels[:20_000])
    assert {name: rows[rows < 20_000].tolist() for name, rows in found.items()} == {
        name: rows.tolist() for name, rows in fewer.items()
    }


def test_a_corrected_label_moves_no_row() -> None:
    labels = ["a", "b"] * 500
    before = split(range(1000), SHARES, stratify=labels)
    after = split(range(1000), SHARES, stratify=["b", *labels[1:]])
    assert all((before[name] == after[name]).all() for name in SHARES)


def test_a_class_that_a_part_lacks_is_told() -> None:
    with pytest.warns(UserWarning, match="no row of the label 'rare' in 'val'|no row of the label 'rare' in 'test'"):
        split(range(1000), SHARES, stratify=["rare", *["common"] * 999])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        split(range(1000), {**SHARES, "none": 0}, stratify=["common"] * 1000)


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA])
def test_labels_that_do_not_fit_are_told(missing: Any) -> None:
    with pytest.raises(BadSplit, match="label of row 1 is missing"):
        split([1, 2], SHARES, stratify=["a", missing])
    with pytest.raises(BadSplit, match="2 keys and 1 labels"):
        split([1, 2], SHARES, stratify=["a"])


def test_groups_and_labels_together() -> None:
    groups = np.arange(3000) // 3
    found = split(range(3000), SHARES, groups=groups, stratify=np.arange(3000) % 2)
    assert all(len(rows) % 3 == 0 for rows in found.values())
