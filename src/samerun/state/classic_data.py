"""The rows and the target of the classic pipeline: looked at before anything is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from samerun.errors import BadInput
from samerun.state.classic_config import Plan
from samerun.state.scikit_learn import takes_missing
from samerun.state.splitting import plain_label

Array = npt.NDArray[Any]
_SHOWN = 5


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes:
        values: as the model gets them: numbers, or the places of labels.
        labels: the labels in sorted order, where the model gets their places; else None.
    """

    values: Array
    labels: Array | None

    def decoded(self, values: Array) -> Array:
        """Return predictions as the labels that they stand for."""
        return values if self.labels is None else self.labels[np.asarray(values, np.int64)]


def checked_rows(features: Any) -> Any:
    """Return the features with rows that can be chosen from: a frame, an array, a sparse matrix or a list of texts.

    Raises:
        BadInput: they have no rows and columns.
    """
    if isinstance(features, Sequence) and not isinstance(features, str | bytes):
        features = np.asarray(features, dtype=object if _has_text(features) else None)
    shape = getattr(features, "shape", None)
    if shape is None:
        raise BadInput(f"The features are {type(features).__name__}.", "Give a frame or an array of rows and columns.")
    texts = len(shape) == 1 and str(getattr(features, "dtype", "")) in ("object", "str", "string", "String")
    if len(shape) != 2 and not texts:
        raise BadInput(
            f"The features have the shape {list(shape)}.", "Give rows and columns: reshape(-1, 1) makes them."
        )
    if not shape[0]:
        raise BadInput("The features have no rows.", "Bring some.")
    return features


def _has_text(rows: Sequence[Any]) -> bool:
    first = rows[0] if len(rows) else None
    return isinstance(first, str) or (isinstance(first, list | tuple) and any(isinstance(each, str) for each in first))


def refuse_missing(features: Any, plan: Plan) -> None:
    """Raise BadInput for NaN and infinities that no step fills in and the model cannot take."""
    bad = _columns_with(features, lambda values: np.isinf(values))
    if bad:
        raise BadInput(f"There are infinite numbers in {bad}.", "Take them out, or set them to NaN and fill them in.")
    missing = _columns_with(features, lambda values: np.isnan(values))
    if missing and not _takes_missing(plan):
        raise BadInput(
            f"There are missing numbers (NaN) in {missing}.",
            'Fill them in: "preprocessing": [("fill", "SimpleImputer")]; it learns from the training rows alone.',
        )


def _columns_with(features: Any, test: Any) -> str:
    """Return which columns have such numbers, and how many, as text; empty for none."""
    if hasattr(features, "tocsr"):
        count = int(test(features.data).sum())
        return f"the sparse matrix ({count})" if count else ""
    names = list(features.columns) if hasattr(features, "columns") else range(features.shape[-1])
    found = []
    for place, name in enumerate(names if len(features.shape) > 1 else ()):
        values = np.asarray(features[name] if hasattr(features, "columns") else features[:, place])
        numbers = _numbers(values)
        if numbers is not None and (count := int(test(numbers).sum())):
            found.append(f"{name!r} ({count})")
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return f"the column{'s' if len(found) > 1 else ''} {', '.join(found[:_SHOWN])}{more}" if found else ""


def _numbers(values: Array) -> Array | None:
    """Return a column as floats; None for text."""
    if values.dtype.kind == "O":
        values = np.array([np.nan if each is None or each != each is not False else each for each in values], object)
        if any(not isinstance(each, int | float | np.number) for each in values):
            return None
    return values.astype(np.float64) if values.dtype.kind in "Oiufb" else None


def _takes_missing(plan: Plan) -> bool:
    for _, step in plan.steps:
        if "Imputer" in type(step).__name__ or hasattr(step, "transformers") or hasattr(step, "steps"):
            return True  # a composite may fill in; if it does not, the model says so
        if not takes_missing(step):
            return False
    return takes_missing(plan.model) or not type(plan.model).__module__.startswith("sklearn")


def checked_target(target: Any, count: int, plan: Plan) -> Target:
    """Return the target as the model can take it.

    Raises:
        BadInput: it has another length, missing values, text for a regressor, or fractions for a classifier.
    """
    _refuse_missing_target(target)
    values = np.asarray(target)
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.shape != (count,):
        raise BadInput(
            f"The target has the shape {list(values.shape)}; there are {count} rows.", "Give one value a row."
        )
    if not plan.classifies:
        return Target(_as_numbers(values, plan), None)
    if values.dtype.kind == "f" and (values != np.floor(values)).any():
        raise BadInput(
            f"The target has fractions, such as {values[values != np.floor(values)][0]}: these are no classes.",
            f"{type(plan.model).__name__} is a classifier: choose a regressor, or make classes of the target.",
        )
    return _labelled(values, plan)


def _refuse_missing_target(target: Any) -> None:
    for ask in ("isna", "is_null"):
        if hasattr(target, ask) and bool(np.asarray(getattr(target, ask)()).any()):
            raise BadInput("The target has missing values.", "Drop those rows first.")
    values = np.asarray(target)
    wrong = values.dtype.kind == "f" and not np.isfinite(values).all()
    if wrong or (values.dtype.kind == "O" and any(each is None or each != each for each in values.ravel())):
        raise BadInput("The target has missing or infinite values.", "Drop those rows first.")


def _as_numbers(values: Array, plan: Plan) -> Array:
    if values.dtype.kind in "iufb":
        return values
    raise BadInput(
        f"The target is no column of numbers: it holds {plain_label(values[0])!r}.",
        f"{type(plan.model).__name__} is a regressor: choose a classifier for labels.",
    )


def _labelled(values: Array, plan: Plan) -> Target:
    """Hand labels on as they are, or their places where they are text or another library's model wants numbers."""
    if values.dtype.kind == "O" and len({type(each) for each in values}) > 1:
        kinds = ", ".join(sorted({type(each).__name__ for each in values}))
        raise BadInput(f"The target mixes kinds of labels: {kinds}.", "Make all of them text, or all of them numbers.")
    labels, places = np.unique(values, return_inverse=True)
    if len(labels) < 2:
        raise BadInput(f"The target has one class only: {labels.tolist()}.", "Bring rows of another class.")
    if values.dtype.kind in "iufb" and type(plan.model).__module__.startswith("sklearn"):
        return Target(values, None)
    return Target(places, labels)
