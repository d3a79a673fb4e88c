"""JAX as it is: keys of all 64 bits, and Keras on top of it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

jax = pytest.importorskip("jax")

from samerun.state import jax_key, seed_everything, seeded  # noqa: E402
from samerun.state.current import Current, put_back  # noqa: E402
from samerun.state.generators import capture  # noqa: E402


def run(code: str, **variables: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return str(done.stdout)


def test_a_block_has_the_key_of_its_seed() -> None:
    before = put_back(Current())
    try:
        with seeded(2**40) as key:
            assert np.array_equal(key, jax_key(2**40))
            assert np.array_equal(jax_key(), key)
    finally:
        put_back(before)


def test_a_key_is_taken_by_what_takes_keys() -> None:
    for key in (jax_key(2**40), jax_key(2**40, typed=True)):
        one, other = jax.random.split(key)
        assert float(jax.random.normal(one)) != float(jax.random.normal(other))
        assert float(jax.jit(jax.random.normal)(one)) == float(jax.random.normal(one))
        assert jax.vmap(jax.random.uniform)(jax.random.split(key, 3)).shape == (3,)
        assert float(jax.random.normal(jax.random.fold_in(key, 3))) != float(jax.random.normal(key))


def test_jax_has_no_hidden_state() -> None:
    jax.random.normal(jax_key(3))
    assert "jax" not in capture()


def test_a_key_is_made_later_where_jax_is_imported_later() -> None:
    printed = run(
        """
        from samerun.state import jax_key, seed_everything
        assert seed_everything(2**40) is None
        import jax
        print(jax_key().tolist())
        """
    )
    assert printed.strip() == str(jax_key(2**40).tolist())


def test_keras_on_jax_is_seeded_and_goes_on_from_its_state() -> None:
    pytest.importorskip("keras")
    code = """
        import keras
        from samerun.state import generators, seed_everything
        assert keras.backend.backend() == "jax"
        seed_everything(2**40)
        first = keras.random.normal((3,)).tolist()
        states = generators.capture()
        ahead = keras.random.normal((3,)).tolist()
        assert generators.restore(states) == {}
        assert keras.random.normal((3,)).tolist() == ahead
        keras.utils.clear_session()
        assert generators.restore(states) == {}
        assert keras.random.normal((3,)).tolist() == ahead
        print(first)
        """
    assert run(code, KERAS_BACKEND="jax") == run(code, KERAS_BACKEND="jax")


def trained(seed: int) -> list[float]:
    key = seed_everything(seed)
    weights = jax.random.normal(key, (4,))
    inputs = np.random.rand(32, 4).astype("float32")
    gradient = jax.jit(jax.grad(lambda w, x: ((x @ w - x.sum(axis=1)) ** 2).mean()))
    for _ in range(10):
        weights = weights - 0.1 * gradient(weights, inputs)
    return weights.tolist()  # type: ignore[no-any-return]


def test_a_training_repeats_and_another_seed_gives_another() -> None:
    assert trained(2**40) == trained(2**40) != trained(2**40 + 1)
