from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from samerun.state.evaluation import classification_metrics, regression_metrics

CLASSES = np.array([0, 1, 2])


def test_perfect_predictions() -> None:
    true = np.array([0, 1, 2, 1])
    found = classification_metrics(true, true, np.eye(3)[true], CLASSES)
    assert found == {
        **dict.fromkeys(("accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc"), 1.0),
        "log_loss": pytest.approx(0.0, abs=1e-12),
    }
    assert all(type(each) is float for each in found.values())


def test_figures_worked_out_by_hand() -> None:
    true, predicted = np.array(["a", "a", "a", "b"]), np.array(["a", "a", "b", "b"])
    found = classification_metrics(true, predicted, None, np.array(["a", "b"]))
    assert found["accuracy"] == 0.75
    assert found["balanced_accuracy"] == pytest.approx((2 / 3 + 1) / 2)
    assert found["precision"] == pytest.approx((1 + 0.5) / 2)
    assert "log_loss" not in found


def test_two_classes_with_probabilities() -> None:
    scores = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2]])
    found = classification_metrics(np.array([0, 1, 1]), np.array([0, 1, 0]), scores, np.array([0, 1]))
    assert found["roc_auc"] == 1.0
    assert found["log_loss"] == pytest.approx(-(math.log(0.9) + math.log(0.6) + math.log(0.2)) / 3)


def test_a_class_that_no_row_has_is_no_fault() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = classification_metrics(np.array([0, 1]), np.array([0, 2]), np.eye(3)[[0, 2]], CLASSES)
    assert "roc_auc" not in found
    assert found["accuracy"] == found["balanced_accuracy"] == 0.5


def test_regression() -> None:
    found = regression_metrics(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 6.0]))
    assert found == {
        "mae": 1.0,
        "rmse": pytest.approx(math.sqrt(3)),
        "r2": pytest.approx(1 - 9 / 2),
        "max_error": 3.0,
    }
    assert all(type(each) is float for each in found.values())
