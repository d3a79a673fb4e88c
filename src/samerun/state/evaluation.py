"""How good predictions are: the usual figures of classification and regression."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from samerun.state.scikit_learn import metrics

Array = npt.NDArray[Any]


def classification_metrics(true: Array, predicted: Array, scores: Array | None, classes: Array) -> dict[str, float]:
    """Return figures of predicted classes.

    Args:
        true: the right labels.
        predicted: the predicted ones.
        scores: a probability for each row and class (rows add up to 1), or None where the model gives none.
        classes: the labels in the order of the scores' columns.

    Returns:
        ``accuracy``, ``balanced_accuracy``, ``precision``, ``recall``, ``f1`` (the last three as means over classes);
        with probabilities and every class among the rows also ``log_loss`` and ``roc_auc`` (one against the rest).
    """
    means: dict[str, Any] = {"average": "macro", "labels": classes, "zero_division": 0}
    found = {
        "accuracy": metrics.accuracy_score(true, predicted),
        "balanced_accuracy": _balanced(true, predicted),
        "precision": metrics.precision_score(true, predicted, **means),
        "recall": metrics.recall_score(true, predicted, **means),
        "f1": metrics.f1_score(true, predicted, **means),
    }
    if scores is not None and len(np.unique(true)) == len(classes) > 1:
        found["log_loss"] = metrics.log_loss(true, scores, labels=classes)
        of_two = scores[:, 1] if len(classes) == 2 else scores
        found["roc_auc"] = metrics.roc_auc_score(true, of_two, multi_class="ovr", labels=classes)
    return {name: float(value) for name, value in found.items()}


def _balanced(true: Array, predicted: Array) -> float:
    """Return the mean share of each class that was found; scikit-learn's warns of classes that were predicted only."""
    return float(np.mean([np.mean(predicted[true == label] == label) for label in np.unique(true)]))


def regression_metrics(true: Array, predicted: Array) -> dict[str, float]:
    """Return figures of predicted numbers: ``mae``, ``rmse``, ``max_error`` (in the target's unit) and ``r2``."""
    found = {
        "mae": metrics.mean_absolute_error(true, predicted),
        "rmse": np.sqrt(metrics.mean_squared_error(true, predicted)),
        "r2": metrics.r2_score(true, predicted),
        "max_error": metrics.max_error(true, predicted),
    }
    return {name: float(value) for name, value in found.items()}
