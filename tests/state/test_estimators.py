from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, RandomForestRegressor, StackingClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV, KFold, StratifiedShuffleSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from samerun.errors import BadOption
from samerun.state.estimators import (
    MODELS,
    TRANSFORMERS,
    made,
    seed_all,
    settle_prediction,
    settle_threads,
    versions,
)


@pytest.mark.parametrize("name", ["LogisticRegression", "logistic_regression", "logisticregression"])
def test_a_model_by_name(name: str) -> None:
    found = made(name, {"C": 0.5}, MODELS, "model")
    assert type(found) is LogisticRegression
    assert found.C == 0.5


def test_a_model_by_name_in_a_mapping() -> None:
    for given in ({"name": "SVC", "C": 2.0}, {"name": "SVC", "params": {"C": 2.0}}):
        assert made(given, {}, MODELS, "model").get_params()["C"] == 2.0


@pytest.mark.parametrize("short", ["standard", "StandardScaler", "standard_scaler"])
def test_a_scaler_by_its_short_name(short: str) -> None:
    assert type(made(short, {}, TRANSFORMERS, "scaler")) is StandardScaler


@pytest.mark.parametrize(("name", "module"), [("XGBClassifier", "xgboost"), ("LGBMRegressor", "lightgbm")])
def test_other_libraries_models(name: str, module: str) -> None:
    pytest.importorskip(module)
    assert type(made(name, {"n_estimators": 3}, MODELS, "model")).__name__ == name


def test_an_estimator_is_copied() -> None:
    mine = SVC(C=3.0)
    found = made(mine, {"gamma": 0.5}, MODELS, "model")
    assert (found.C, found.gamma) == (3.0, 0.5)
    assert found is not mine
    assert mine.gamma == "scale"


@pytest.mark.parametrize(
    ("given", "parameters", "sentence"),
    [
        ("RandomForrestClassifier", {}, "There is no model 'RandomForrestClassifier'. Was one of these meant: RandomF"),
        ("os.system", {}, "There is no model 'os.system'"),
        ("", {}, "There is no model ''"),
        (3, {}, "The model is 3. Give a name"),
        (SVC, {}, "Give a name"),
        ({"C": 1}, {}, "The model is None"),
        ("SVC", {"c": 1}, "unexpected keyword argument 'c'. It has: C, break_ties"),
    ],
)
def test_what_is_no_model_is_said(given: Any, parameters: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        made(given, parameters, MODELS, "model")
    assert sentence in str(caught.value)


def test_every_part_that_draws_gets_a_seed_of_its_own() -> None:
    model = make_pipeline(StandardScaler(), BaggingClassifier(SGDClassifier()))
    found = seed_all(model, 0, "model")
    assert set(found) == {"baggingclassifier__random_state", "baggingclassifier__estimator__random_state"}
    assert len(set(found.values())) == 2
    assert {name: model.get_params()[name] for name in found} == found
    assert all(0 <= each < 2**31 for each in found.values())
    again = make_pipeline(StandardScaler(), BaggingClassifier(SGDClassifier()))
    assert seed_all(again, 0, "model") == found
    assert seed_all(BaggingClassifier(), 0, "a") != seed_all(BaggingClassifier(), 0, "b")


def test_a_seed_that_was_given_stays() -> None:
    model = BaggingClassifier(SGDClassifier(random_state=5), random_state=np.random.RandomState(3))
    assert seed_all(model, 0, "model") == {}
    assert model.estimator.random_state == 5


def test_splitters_within_a_search_are_seeded_too() -> None:
    for splitter in (KFold(shuffle=True), StratifiedShuffleSplit()):
        model = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=splitter)
        found = seed_all(model, 0, "model")
        assert model.cv.random_state == found["cv.random_state"]
        assert "estimator__random_state" in found
    model = GridSearchCV(LogisticRegression(), {"C": [1.0]}, cv=KFold())
    assert set(seed_all(model, 0, "model")) == {"estimator__random_state"}


def test_a_forest_within_gets_one_thread_and_says_so() -> None:
    model = StackingClassifier([("trees", RandomForestClassifier(n_jobs=2)), ("line", LogisticRegression())])
    (note,) = settle_threads(model)
    assert note.startswith("trees: n_jobs 2 -> 1")
    assert model.get_params()["trees__n_jobs"] == 1
    assert settle_threads(RandomForestClassifier(n_jobs=2)) == []


def test_a_forest_itself_predicts_with_one_thread() -> None:
    model = RandomForestRegressor(20, n_jobs=2, random_state=0)
    rows = np.random.default_rng(0).normal(size=(300, 4))
    target = rows @ np.arange(4.0) + np.random.default_rng(1).normal(size=300)
    model.fit(rows, target)
    assert len(settle_prediction(model)) == 1
    first = model.predict(rows)
    assert all(np.array_equal(model.predict(rows), first) for _ in range(5))
    alone = RandomForestRegressor(20, n_jobs=1, random_state=0).fit(rows, target)
    assert np.array_equal(alone.predict(rows), first)
    assert settle_prediction(alone) == []
    assert settle_prediction(LogisticRegression()) == []


def test_lightgbm_is_made_to_repeat() -> None:
    lightgbm = pytest.importorskip("lightgbm")
    model = lightgbm.LGBMClassifier()
    (note,) = settle_threads(model)
    assert note == "model: deterministic=True, force_row_wise=True"
    assert model.get_params()["deterministic"] is True
    assert settle_threads(model) == []


def test_versions_are_named() -> None:
    assert set(versions()) == {"scikit-learn", "numpy", "scipy", "joblib"}


def test_without_scikit_learn_the_next_step_is_said() -> None:
    program = "import sys; sys.modules['sklearn'] = None; import samerun.state; samerun.state.ClassicPipeline"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert "The classic pipeline needs scikit-learn. pip install scikit-learn" in done.stderr
