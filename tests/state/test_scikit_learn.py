from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import Normalizer, StandardScaler

from samerun.state import scikit_learn
from samerun.state.scikit_learn import RELEASE, rows_at, takes_missing


@pytest.mark.parametrize(
    ("estimator", "expected"),
    [
        (StandardScaler(), True),
        (HistGradientBoostingClassifier(), True),
        (LogisticRegression(), False),
        (Normalizer(), False),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_can_handle_nan(estimator: object, expected: bool) -> None:
    assert takes_missing(estimator) is expected


class Older:
    """An estimator as scikit-learn had them before 1.6."""

    def _get_tags(self) -> dict[str, bool]:
        return {"allow_nan": False}


def test_older_and_other_estimators() -> None:
    assert not takes_missing(Older())
    assert takes_missing(object())  # it says nothing: it is asked by fitting it


def test_the_door_leads_to_the_real_thing() -> None:
    assert rows_at(np.arange(5), [1, 3]).tolist() == [1, 3]
    assert RELEASE[0].isdigit()
    assert set(scikit_learn.__all__) <= set(vars(scikit_learn))


def test_nothing_of_it_is_imported_before_it_is_asked_for() -> None:
    program = "import sys, samerun.state; sys.exit(any(name in sys.modules for name in ('sklearn', 'torch', 'joblib')))"
    subprocess.run([sys.executable, "-c", program], check=True)
