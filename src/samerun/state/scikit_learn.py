"""The one door to scikit-learn, an optional part: without it, a sentence instead of an import's failure."""

from __future__ import annotations

from typing import Any

from samerun.errors import MissingExtra

try:
    import sklearn
    from sklearn import metrics
    from sklearn.base import clone, is_classifier, is_regressor
    from sklearn.utils import _safe_indexing as rows_at
except ModuleNotFoundError as error:
    raise MissingExtra("The classic pipeline needs scikit-learn.", "pip install scikit-learn") from error

__all__ = ["RELEASE", "clone", "is_classifier", "is_regressor", "metrics", "rows_at", "takes_missing"]

RELEASE = str(sklearn.__version__)
"""The version of scikit-learn."""


def takes_missing(estimator: Any) -> bool:
    """Say whether an estimator can handle NaN, as far as it says so itself."""
    if hasattr(estimator, "__sklearn_tags__"):
        return bool(estimator.__sklearn_tags__().input_tags.allow_nan)
    tags = getattr(estimator, "_get_tags", None)  # scikit-learn before 1.6
    return tags is None or bool(tags()["allow_nan"])
