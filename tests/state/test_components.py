from __future__ import annotations

import pytest

from samerun.state.components import KINDS, Component, in_causal_order


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_has_words_and_advice(kind: str) -> None:
    component = Component(kind)
    assert str(component) == KINDS[kind]
    assert "{" not in component.advice
    assert component.advice.endswith(".")


def test_the_advice_names_the_variable_if_it_is_one() -> None:
    assert "optimizer=adam)" in Component("optimizer", "adam").advice
    assert "optimizer=optimizer)" in Component("optimizer", "Adam of two").advice
    assert "model=model)" in Component("weights").advice
    assert "optimizer=self.adam)" in Component("optimizer", "self.adam").advice
    assert "best=self.best)" in Component("variable", "self.best").advice


def test_the_words_hold_name_and_detail() -> None:
    assert str(Component("ema", "average", "n_averaged")) == "the averaged model (EMA) `average` (n_averaged)"
    assert str(Component("optimizer", "optimizer")) == "the optimizer"


def test_causal_order() -> None:
    found = in_causal_order(
        [Component("variable"), Component("generator", "b"), Component("generator", "a"), Component("weights")]
    )
    assert [(one.kind, one.name) for one in found] == [
        ("weights", ""),
        ("generator", "b"),
        ("generator", "a"),
        ("variable", ""),
    ]
