from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from samerun.errors import BadSeed
from samerun.state.current import Current, put_back, set_current
from samerun.state.generators.jax import jax_key

jax = pytest.importorskip("jax")


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = put_back(Current())
    yield
    put_back(before)


@pytest.mark.parametrize("seed", [0, 42, 2**31, 2**32 - 1])
def test_a_seed_gives_what_the_library_gives(seed: int) -> None:
    assert np.array_equal(jax_key(seed), jax.random.PRNGKey(seed))
    assert jax_key(seed, typed=True) == jax.random.key(seed)


def test_every_bit_counts_although_jax_drops_half_of_them() -> None:
    assert np.array_equal(jax.random.PRNGKey(0), jax.random.PRNGKey(2**32))  # what JAX does
    keys = {tuple(np.asarray(jax_key(seed)).tolist()) for seed in [0, *(1 << bit for bit in range(64)), 2**64 - 1]}
    assert len(keys) == 66


def test_larger_seeds_give_what_jax_gives_with_64_bits() -> None:
    with jax.enable_x64(True):
        expected = np.asarray(jax.random.PRNGKey(2**40 + 3))
    assert np.array_equal(jax_key(2**40 + 3), expected)


@pytest.mark.parametrize("kind", ["threefry2x32", "rbg"])
def test_it_is_a_key_of_the_default_kind(kind: str) -> None:
    with jax.default_prng_impl(kind):
        for seed in (3, 2**40 + 3):
            old, new = jax_key(seed), jax_key(seed, typed=True)
            assert np.array_equal(jax.random.key_data(new), old)
            assert float(jax.random.uniform(old)) == float(jax.random.uniform(new))
            assert str(jax.random.key_impl(new)) == kind


def test_an_old_style_key_is_taken_where_a_new_one_is_not() -> None:
    assert np.asarray(jax_key(3)).dtype == np.uint32
    with pytest.raises(TypeError):
        np.asarray(jax_key(3, typed=True))


def test_the_seed_and_rank_of_the_process_are_taken_where_none_is_given() -> None:
    set_current(seed=3, rank=1)
    assert np.array_equal(jax_key(), jax_key(3, rank=1))
    assert not np.array_equal(jax_key(), jax_key(3))


@pytest.mark.parametrize("seed", [None, -1, 1.0, "3", True, 2**64])
def test_wrong_seeds_are_refused(seed: int | None) -> None:
    with pytest.raises(BadSeed):
        jax_key(seed)
