from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from samerun.errors import BadOption, BadSeed
from samerun.state.classic_config import ClassicConfig, config_from, plan_from

LEAST = {"seed": 3, "model": "LogisticRegression"}


@dataclass
class Mine:
    seed: int = 3
    model: str = "LogisticRegression"
    model_params: dict[str, Any] = field(default_factory=lambda: {"C": 2.0})


class Struct(msgspec.Struct):
    seed: int = 3
    model: str = "LogisticRegression"


@pytest.mark.parametrize("given", [LEAST, Mine(), Struct(), ClassicConfig(3, "LogisticRegression")])
def test_the_ways_to_give_one(given: object) -> None:
    plan = plan_from(config_from(given))
    assert plan.seed == 3
    assert type(plan.model) is LogisticRegression
    assert [(name, type(step)) for name, step in plan.steps] == [("scaler", StandardScaler)]
    assert plan.classifies
    assert plan.stratify
    assert plan.shares == (0.6, 0.2, 0.2)


def plan(**more: Any) -> Any:
    return plan_from(config_from({**LEAST, **more}))


def test_steps_in_order_the_scaler_last() -> None:
    steps = plan(preprocessing=[("fill", "SimpleImputer"), ["pca", PCA(2)]], scaler=MinMaxScaler()).steps
    assert [name for name, _ in steps] == ["fill", "pca", "scaler"]
    steps = plan(preprocessing={"fill": {"name": "SimpleImputer", "strategy": "median"}}, scaler=None).steps
    assert [(name, step.strategy) for name, step in steps] == [("fill", "median")]
    assert plan(scaler="none").steps == []


def test_parameters_reach_the_model_and_the_scaler() -> None:
    found = plan(model_params={"C": 0.1}, scaler="minmax", scaler_params={"feature_range": (-1, 1)})
    assert found.model.C == 0.1
    assert found.steps[0][1].feature_range == (-1, 1)


def test_estimators_of_the_callers_are_never_used_themselves() -> None:
    scaler, model = StandardScaler(), LogisticRegression()
    found = plan(scaler=scaler, model=model)
    assert found.model is not model
    assert found.steps[0][1] is not scaler


def test_a_regressor_is_not_stratified() -> None:
    found = plan(model="Ridge")
    assert not found.classifies
    assert not found.stratify


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({**LEAST, "modle": 1}, "The configuration has no 'modle'. Was 'model' meant?"),
        ({**LEAST, "xyz": 1}, "It knows: seed, model, model_params"),
        ({"seed": 1}, "The configuration lacks 'model'"),
        ({"model": "SVC"}, "The configuration lacks 'seed'"),
        ("config.yaml", "The configuration is str"),
        ({**LEAST, "model": "LogisticRegresion"}, "Was one of these meant: LogisticRegression"),
        ({**LEAST, "model": "StandardScaler"}, "There is no model 'StandardScaler'"),
        ({**LEAST, "model": StandardScaler()}, "StandardScaler is neither a classifier nor a regressor"),
        ({**LEAST, "scaler": "StandartScaler"}, "Was one of these meant: StandardScaler"),
        ({**LEAST, "scaler": LogisticRegression()}, "The step 'scaler' cannot transform"),
        ({**LEAST, "preprocessing": ["fill"]}, "preprocessing is no list of pairs"),
        ({**LEAST, "preprocessing": [("scaler", "PCA")]}, "Two steps have the same name"),
        ({**LEAST, "shares": (0.9, 0.2, 0.2)}, "1 together"),
        ({**LEAST, "stratify": "yes"}, "stratify is 'yes'"),
        ({**LEAST, "model": "Ridge", "stratify": True}, "Only classes can be stratified"),
    ],
)
def test_what_means_nothing_is_said(given: Any, sentence: str) -> None:
    with pytest.raises(BadOption) as caught:
        plan_from(config_from(given))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("seed", [-1, 1.5, "0", None])
def test_a_seed_that_is_none(seed: Any) -> None:
    with pytest.raises(BadSeed):
        plan(seed=seed)
