from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import CannotRestore
from samerun.state.generators.python import Python, checked_random, plain_random, tuple_of

SUBJECT = Python()


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = random.getstate()
    yield
    random.setstate(before)


@pytest.mark.parametrize("seed", [0, 42, 2**32, 2**64 - 1])
def test_a_seed_gives_what_the_module_gives(seed: int) -> None:
    SUBJECT.seed(seed)
    assert random.random() == random.Random(seed).random()


def test_ranks_begin_elsewhere_and_collide_with_no_other_seed() -> None:
    firsts = set()
    for seed in range(5):
        for rank in (None, 0, 1, 2):
            SUBJECT.seed(seed, rank)
            firsts.add(random.random())
    assert len(firsts) == 20


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**64 - 1), st.integers(0, 700), st.booleans())
def test_a_state_comes_back(seed: int, drawn: int, gauss: bool) -> None:
    source = random.Random(seed)
    for _ in range(drawn):
        source.random()
    if gauss:
        source.gauss()  # another one waits now
    state = plain_random(source)
    checked_random(state, "a generator")
    twin = random.Random()
    twin.setstate(tuple_of(state))
    assert twin.getstate() == source.getstate()


def test_the_hidden_generator_goes_on_from_its_state() -> None:
    state = SUBJECT.capture()
    ahead = [random.random(), random.gauss(0, 1), random.gauss(0, 1)]
    assert SUBJECT.check(state) == ""
    SUBJECT.restore(state)
    assert [random.random(), random.gauss(0, 1), random.gauss(0, 1)] == ahead


@pytest.mark.parametrize(
    "change",
    [{"version": 2}, {"words": b""}, {"words": bytes(2500)}, {"words": [0] * 624}, {"position": 625}, {"position": -1}]
    + [{"position": 1.0}, {"gauss": "x"}, {"gauss": 1}, {"more": 1}],
)
def test_what_is_no_state_is_refused(change: dict[str, Any]) -> None:
    state = plain_random(random.Random(1))
    assert isinstance(state, dict)
    with pytest.raises(CannotRestore, match="python's random module"):
        SUBJECT.check({**state, **change})


@pytest.mark.parametrize("state", [None, 3, [], {}, b"", random.Random(1).getstate()])
def test_other_things_are_refused(state: Any) -> None:
    with pytest.raises(CannotRestore):
        SUBJECT.check(state)
