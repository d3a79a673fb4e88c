"""The generators of libraries: held one by one while all others are as they come."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.factors.factor import Plan, Scene
from samerun.factors.os_entropy import OsEntropy
from samerun.factors.unseeded import LIBRARIES, Unseeded, kind_of
from samerun.record.observation import Observation
from samerun.record.values import Change


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("python", "unseeded-python"),
        ("numpy", "unseeded-numpy"),
        ("torch", "unseeded-torch"),
        ("torch.cuda", "unseeded-torch"),
        ("tensorflow", "unseeded-tensorflow"),
        ("polars", "os-entropy"),
        ("os.urandom", "os-entropy"),
        ("uuid.uuid4", "os-entropy"),
    ],
)
def test_sources_are_the_kinds_of_the_contract(source: str, kind: str) -> None:
    assert kind_of(source) == kind


def test_the_lines_that_drew_are_read(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    observed = ended(unseeded={"torch.cuda": "a.py:3", "torch": "", "numpy": "a.py:9"})
    assert Unseeded("torch").read(scene(observed=observed)) == {"places": ["", "a.py:3"]}
    assert Unseeded("python").read(scene(observed=observed)) == {}
    assert Unseeded("python").read(scene()) == {}


def test_one_is_held_and_the_others_are_released(plan: Callable[..., Plan]) -> None:
    present = plan()
    OsEntropy().give(present, OsEntropy().released({"entropy": "1f"}))
    Unseeded("numpy").give(present, Unseeded("numpy").held({}) or {})
    Unseeded("torch").give(present, {"places": ["a.py:3"]})
    assert present.released == ("*", "!numpy")


def test_one_is_released_and_the_others_are_as_recorded(plan: Callable[..., Plan]) -> None:
    present = plan()
    OsEntropy().give(present, {"entropy": "1f"})
    Unseeded("numpy").give(present, Unseeded("numpy").released({}))
    assert present.released == ("numpy",)
    Unseeded("numpy").give(present, Unseeded("numpy").held({}) or {})
    assert present.released == ("!numpy",)


def test_keys_are_held_by_a_condition_and_their_lines_read(
    plan: Callable[..., Plan], scene: Callable[..., Scene], ended: Callable[..., Observation]
) -> None:
    present = plan()
    Unseeded("jax").give(present, Unseeded("jax").held({}) or {})
    assert present.conditions == {"unseeded-jax": "held"}
    observed = ended(used={"unseeded-jax": ("a.py:5",)})
    assert Unseeded("jax").read(scene(observed=observed)) == {"places": ["a.py:5"]}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_change_is_one_of_the_entropy_and_the_advice_is_the_librarys(library: str) -> None:
    factor = Unseeded(library)
    assert factor.differences({"places": ["a"]}, {}) == []
    assert "seed" in factor.advice(Change(factor.kind, library)) or "key" in factor.advice(Change(factor.kind, library))


def test_a_line_may_be_held_as_if_it_had_a_seed(plan: Callable[..., Plan]) -> None:
    present = plan()
    OsEntropy().give(present, OsEntropy().released({"entropy": "1f"}))
    Unseeded("numpy").give(present, Unseeded("numpy").held({}) or {})
    Unseeded("numpy").give(present, Unseeded("numpy").alike({}))
    assert present.released == ("*", "=numpy")
