from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from samerun.errors import CannotRestore
from samerun.state.generators.numpy import Numpy

SUBJECT = Numpy()
KINDS = ["MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64"]
mtrand: Any = np.random


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    source, state = mtrand.get_bit_generator(), mtrand.get_state(legacy=False)
    yield
    mtrand.set_bit_generator(source)
    mtrand.set_state(state)


def drawn() -> list[float]:
    return [*np.random.rand(3), *np.random.randn(3), float(np.random.randint(1000))]


@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1])
def test_a_seed_gives_what_the_library_gives(seed: int) -> None:
    SUBJECT.seed(seed)
    assert np.random.rand() == np.random.RandomState(seed).rand()


def test_seeds_that_the_library_refuses_count_with_every_bit() -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        np.random.seed(2**32)
    firsts = set()
    for seed in [0, *(1 << bit for bit in range(64)), 2**64 - 1]:
        SUBJECT.seed(seed)
        firsts.add(np.random.rand())
    assert len(firsts) == 66


def test_ranks_begin_elsewhere() -> None:
    firsts = set()
    for seed in range(5):
        for rank in (None, 0, 1, 2):
            SUBJECT.seed(seed, rank)
            firsts.add(np.random.rand())
    assert len(firsts) == 20


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_comes_back_whatever_the_bit_generator(kind: str) -> None:
    mtrand.set_bit_generator(getattr(np.random, kind)(3))
    np.random.randn()  # another one waits now
    np.random.randint(1000)
    state = SUBJECT.capture()
    ahead = drawn()
    assert SUBJECT.check(state) == ""
    SUBJECT.restore(state)
    assert drawn() == ahead
    mtrand.set_bit_generator(np.random.SFC64(1) if kind == "PCG64" else np.random.PCG64(1))
    SUBJECT.restore(state)
    assert type(mtrand.get_bit_generator()).__name__ == kind
    assert drawn() == ahead


def test_a_state_is_made_of_plain_values() -> None:
    def kinds(value: Any) -> set[type]:
        return set().union(*map(kinds, value.values())) if isinstance(value, dict) else {type(value)}

    for kind in KINDS:
        mtrand.set_bit_generator(getattr(np.random, kind)(3))
        assert kinds(SUBJECT.capture()) <= {str, int, float, bytes}


def test_what_is_held_is_the_state_and_the_bit_generator() -> None:
    give_back = SUBJECT.hold()
    ahead = drawn()
    mtrand.set_bit_generator(np.random.PCG64(1))
    give_back()
    assert drawn() == ahead


def changed(state: Any, path: tuple[str, ...], value: object) -> Any:
    first, *rest = path
    return {**state, first: changed(state[first], tuple(rest), value) if rest else value}


@pytest.mark.parametrize(
    ("kind", "path", "value"),
    [
        ("MT19937", ("state", "pos"), 625),
        ("MT19937", ("state", "pos"), 10**9),  # numpy would read other memory
        ("MT19937", ("state", "pos"), -1),
        ("MT19937", ("state", "key", "bytes"), bytes(2492)),
        ("MT19937", ("state", "key", "dtype"), 3),
        ("MT19937", ("state", "key"), [1] * 624),
        ("MT19937", ("has_gauss",), 2),
        ("PCG64", ("uinteger",), 2**32),
        ("MT19937", ("gauss",), "0"),
        ("MT19937", ("bit_generator",), 3),
        ("MT19937", ("bit_generator",), "Philox"),
        ("Philox", ("buffer_pos",), 5),
        ("Philox", ("state", "counter", "bytes"), bytes(8)),
        ("PCG64", ("state", "state"), 2**128),
        ("PCG64", ("state", "inc"), -1),
        ("PCG64", ("uinteger",), 1.0),
        ("SFC64", ("state",), {}),
    ],
)
def test_what_is_no_state_is_refused_before_numpy_sees_it(kind: str, path: tuple[str, ...], value: object) -> None:
    mtrand.set_bit_generator(getattr(np.random, kind)(3))
    with pytest.raises(CannotRestore, match="numpy's hidden generator"):
        SUBJECT.check(changed(SUBJECT.capture(), path, value))


@pytest.mark.parametrize("state", [None, 3, [], {}, b"", {"bit_generator": None}])
def test_other_things_are_refused(state: Any) -> None:
    with pytest.raises(CannotRestore):
        SUBJECT.check(state)


@pytest.mark.parametrize("dtype", ["uint64", "object", "float32", "S2500"])
def test_an_array_of_another_type_is_refused(dtype: str) -> None:
    state = changed(SUBJECT.capture(), ("state", "key", "dtype"), dtype)
    with pytest.raises(CannotRestore):
        SUBJECT.check(state)


def test_a_bit_generator_from_elsewhere_is_named() -> None:
    assert "Xoshiro" in SUBJECT.check({"bit_generator": "Xoshiro256", "state": 3})
