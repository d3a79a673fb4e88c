from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse

from samerun.errors import BadInput
from samerun.state.classic_config import config_from, plan_from
from samerun.state.classic_data import checked_rows, checked_target, refuse_missing


def plan(model: str = "LogisticRegression", **more: Any) -> Any:
    return plan_from(config_from({"seed": 0, "model": model, **more}))


HOLES = {"a": [1.0, np.nan, 3.0], "b": [1.0, 2.0, 3.0], "c": [np.nan, np.nan, 1.0]}


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame])
def test_missing_numbers_are_counted_by_column(make: Any) -> None:
    with pytest.raises(BadInput, match=r"missing numbers \(NaN\) in the columns 'a' \(1\), 'c' \(2\)\. Fill them in"):
        refuse_missing(make(HOLES), plan())
    refuse_missing(make({"b": HOLES["b"]}), plan())


def test_many_columns_are_not_all_listed() -> None:
    with pytest.raises(BadInput, match="4 .1. and 3 more"):
        refuse_missing(np.array([[np.nan] * 8, [1.0] * 8]), plan())


def test_what_fills_in_or_takes_them_may_have_them() -> None:
    frame = pd.DataFrame(HOLES)
    refuse_missing(frame, plan(preprocessing=[("fill", "SimpleImputer")]))
    refuse_missing(frame, plan("HistGradientBoostingClassifier"))
    with pytest.raises(BadInput, match="missing"):
        refuse_missing(frame, plan("HistGradientBoostingClassifier", preprocessing=[("pca", "PCA")]))


def test_infinities_are_refused_whatever_fills_in() -> None:
    with pytest.raises(BadInput, match="infinite numbers in the column 1 .1."):
        refuse_missing(np.array([[0.0, np.inf]]), plan(preprocessing=[("fill", "SimpleImputer")]))


def test_columns_of_text_and_sparse_matrices() -> None:
    refuse_missing(pd.DataFrame({"t": ["x", None], "n": [1, 2]}), plan())
    refuse_missing(sparse.csr_matrix(np.eye(2)), plan())
    with pytest.raises(BadInput, match="the sparse matrix .1."):
        refuse_missing(sparse.csr_matrix([[np.nan, 0.0]]), plan())
    with pytest.raises(BadInput, match="'o'"):
        refuse_missing(pd.DataFrame({"o": np.array([1.0, None], object)}), plan())


def test_rows_as_they_may_be_given() -> None:
    assert checked_rows([[1, 2], [3, 4]]).shape == (2, 2)
    assert checked_rows([[1, "x"], [3, "y"]]).dtype == object
    assert checked_rows(["a text", "another"]).shape == (2,)
    frame = pd.DataFrame(HOLES)
    assert checked_rows(frame) is frame


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (np.arange(3), "The features have the shape [3]. Give rows and columns: reshape(-1, 1)"),
        (np.zeros((2, 3, 4)), "The features have the shape [2, 3, 4]"),
        (np.zeros((0, 3)), "The features have no rows"),
        (3, "The features are int"),
        ("rows.csv", "The features are str"),
    ],
)
def test_what_has_no_rows_and_columns(given: Any, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked_rows(given)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "given", [["b", "a", "b"], np.array(["b", "a", "b"]), pd.Series(["b", "a", "b"]), pl.Series(["b", "a", "b"])]
)
def test_text_labels_become_their_places_and_come_back(given: Any) -> None:
    target = checked_target(given, 3, plan())
    assert target.values.tolist() == [1, 0, 1]
    assert target.decoded(target.values).tolist() == ["b", "a", "b"]


def test_numbers_stay_as_they_are_for_scikit_learn() -> None:
    target = checked_target([3, 7, 3], 3, plan())
    assert target.values.tolist() == [3, 7, 3]
    assert target.labels is None
    assert checked_target(np.array([[1], [2]]), 2, plan()).values.shape == (2,)
    assert checked_target([1.5, 2.5], 2, plan("Ridge")).values.tolist() == [1.5, 2.5]
    assert checked_target(np.array([True, False]), 2, plan()).values.dtype == bool


def test_another_librarys_model_gets_places() -> None:
    pytest.importorskip("xgboost")
    target = checked_target([3, 7, 3], 3, plan("XGBClassifier"))
    assert target.values.tolist() == [0, 1, 0]
    assert target.decoded(target.values).tolist() == [3, 7, 3]


@pytest.mark.parametrize(
    ("target", "model", "sentence"),
    [
        ([1, 2], "LogisticRegression", "The target has the shape [2]; there are 3 rows"),
        (np.zeros((3, 2)), "LogisticRegression", "The target has the shape [3, 2]"),
        (["a", None, "b"], "LogisticRegression", "missing or infinite values. Drop those rows"),
        (pd.Series([1, None, 2], dtype="Int64"), "LogisticRegression", "missing values"),
        (pl.Series([1, None, 2]), "LogisticRegression", "missing values"),
        ([1.0, np.nan, 2.0], "Ridge", "missing or infinite"),
        ([1.0, np.inf, 2.0], "Ridge", "missing or infinite"),
        (["a", "b", "c"], "Ridge", "The target is no column of numbers: it holds 'a'. Ridge is a regressor"),
        ([0.5, 1.0, 2.0], "LogisticRegression", "The target has fractions, such as 0.5: these are no classes."),
        ([1, 1, 1], "LogisticRegression", "The target has one class only: [1]"),
        (np.array([1, "a", 2], object), "LogisticRegression", "The target mixes kinds of labels: int, str."),
    ],
)
def test_a_target_that_cannot_be_used(target: Any, model: str, sentence: str) -> None:
    with pytest.raises(BadInput) as caught:
        checked_target(target, 3, plan(model))
    assert sentence in str(caught.value)
