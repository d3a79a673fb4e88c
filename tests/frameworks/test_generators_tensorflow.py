"""TensorFlow and Keras as they are: their seeds, their states, blocks, and imports after the seed."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tf = pytest.importorskip("tensorflow")
keras = pytest.importorskip("keras")

from samerun.errors import CannotRestore  # noqa: E402
from samerun.state import layers, seed_everything, seeded  # noqa: E402
from samerun.state.current import Current, put_back  # noqa: E402
from samerun.state.generators import capture, restore  # noqa: E402
from samerun.state.layers import Layer  # noqa: E402


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    states, before = capture(), put_back(Current())
    monkeypatch.setattr(layers, "layers", [Layer()])
    yield
    put_back(before)
    restore(states)


def plain() -> list[float]:
    return [*tf.random.uniform([2]).numpy().tolist(), *tf.random.normal([2]).numpy().tolist()]


def of_keras() -> list[float]:
    return keras.random.normal((2,)).numpy().tolist()  # type: ignore[no-any-return]


def of_global() -> list[float]:
    return tf.random.get_global_generator().normal([2]).numpy().tolist()  # type: ignore[no-any-return]


def traced() -> list[float]:
    return tf.function(lambda: tf.random.uniform([2]))().numpy().tolist()  # type: ignore[no-any-return]


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("seed", [0, 42, 2**31 - 2])
def test_a_seed_gives_what_the_library_gives(seed: int) -> None:
    seed_everything(seed)
    ours = plain(), traced()
    tf.random.set_seed(seed)
    assert (plain(), traced()) == ours


@pytest.mark.parametrize("seed", [0, 42, 2**31 - 2])
def test_a_seed_gives_what_keras_gives(seed: int) -> None:
    seed_everything(seed)
    ours = of_keras(), plain(), np.random.rand(), keras.random.SeedGenerator().state.numpy().tolist()
    keras.utils.set_random_seed(seed)
    theirs = of_keras(), plain(), np.random.rand(), keras.random.SeedGenerator().state.numpy().tolist()
    assert theirs == ours
    assert keras.utils.get_random_seed() == seed if hasattr(keras.utils, "get_random_seed") else True


def test_larger_seeds_count_although_tensorflow_drops_them_when_traced() -> None:
    tf.random.set_seed(0)
    zero = traced()
    tf.random.set_seed(2**31 - 1)
    assert traced() == zero  # what TensorFlow does
    firsts = set()
    for seed in (0, 2**31 - 1, 2**32 - 2, 2**32, 2**63, 2**64 - 1):
        seed_everything(seed)
        firsts.add((tuple(traced()), tuple(plain())))
    assert len({one for one, _ in firsts}) == len({one for _, one in firsts}) == 6


def test_ranks_begin_elsewhere() -> None:
    firsts = set()
    for rank in (None, 0, 1):
        seed_everything(3, rank=rank)
        firsts.add((tuple(plain()), tuple(of_keras())))
    assert len(firsts) == 3


def test_seeding_starts_no_device() -> None:
    printed = run(
        """
        import os
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import tensorflow as tf
        from samerun.state import generators, seed_everything
        seed_everything(2**40)
        generators.capture()
        tf.config.threading.set_inter_op_parallelism_threads(1)  # refused once it has started
        print("free")
        """
    )
    assert printed.strip() == "free"


def test_the_states_go_on() -> None:
    seed_everything(5)
    plain(), of_keras(), of_global()
    states = capture()
    ahead = plain(), of_keras(), of_global()
    assert restore(states) == {}
    assert (plain(), of_keras(), of_global()) == ahead


def test_the_states_go_on_in_another_process() -> None:
    seed_everything(5)
    plain(), of_keras(), of_global()
    states = capture()
    ahead = plain(), of_keras(), of_global()
    mine = {name: states[name] for name in ("tensorflow", "keras")}
    printed = run(
        f"""
        import os
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        import keras, tensorflow as tf
        from samerun.state.generators import restore
        assert restore({mine!r}) == {{}}
        plain = [*tf.random.uniform([2]).numpy().tolist(), *tf.random.normal([2]).numpy().tolist()]
        made = tf.random.get_global_generator()
        print((plain, keras.random.normal((2,)).numpy().tolist(), made.normal([2]).numpy().tolist()))
        """
    )
    assert printed.strip() == str(ahead)


def test_an_unseeded_state_is_one_too() -> None:
    tf.random.set_seed(None)
    states = capture()
    assert states["tensorflow"]["seed"] is None  # type: ignore[index,call-overload]
    seed_everything(5)
    first = plain()
    assert restore(states) == {}
    assert plain() != first


def test_restoring_draws_nothing_and_moves_no_name() -> None:
    seed_everything(5)
    of_keras()
    states = capture()
    keras.utils.clear_session()
    restore(states)
    assert keras.layers.Dropout(0.5).seed_generator.name == "seed_generator"
    assert capture()["python"] != states["python"]  # the layer drew its seed from there, and nobody else
    restore(states)
    assert capture()["python"] == states["python"]


@pytest.mark.parametrize("wrong", [None, {}, {"seed": 1, "random": None, "generator": None}])
def test_a_malformed_state_restores_nothing(wrong: Any) -> None:
    seed_everything(5)
    before = capture()
    with pytest.raises(CannotRestore):
        restore({**before, "tensorflow": wrong})
    assert capture() == before


def test_a_block_gives_everything_back() -> None:
    seed_everything(5)
    plain(), of_keras(), of_global()
    states = capture()
    ahead = plain(), of_keras(), of_global()
    restore(states)
    with seeded(7):
        seventh = plain(), of_keras(), of_global()
    assert (plain(), of_keras(), of_global()) == ahead
    with seeded(7):
        assert (plain(), of_keras(), of_global()) == seventh


def test_a_global_generator_made_in_a_block_ends_with_it() -> None:
    tf.random.set_global_generator(None)
    with seeded(7):
        of_global()
    assert sys.modules["tensorflow.python.ops.stateful_random_ops"].global_generator is None


def test_what_is_imported_after_the_seed_is_seeded() -> None:
    code = """
        import os, sys
        os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
        from samerun.state import seed_everything
        seed_everything(5)
        assert "tensorflow" not in sys.modules
        import tensorflow as tf, keras
        print([*tf.random.uniform([2]).numpy().tolist(), *tf.random.normal([2]).numpy().tolist()])
        print(keras.random.normal((2,)).numpy().tolist())
        """
    printed = run(code)
    seed_everything(5)
    assert printed.splitlines()[0] == str(plain())
    # Keras begins with a number of python's, from which TensorFlow's own import has drawn: the same in each run.
    assert run(code) == printed


def trained(seed: int) -> tuple[list[Any], list[list[float]]]:
    seed_everything(seed)
    layers_of = [keras.layers.Dense(8, activation="relu"), keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    model = keras.Sequential(layers_of)
    model.compile(optimizer="adam", loss="mse")
    inputs = np.random.rand(64, 4).astype("float32")
    history = model.fit(inputs, inputs.sum(axis=1), epochs=2, batch_size=16, verbose=0)
    return history.history["loss"], [weight.tolist() for weight in model.get_weights()]


def test_a_training_repeats_and_another_seed_gives_another() -> None:
    assert trained(2**40) == trained(2**40) != trained(2**40 + 1)
