"""TensorFlow without a seed repeats with the run's entropy; seeded it is what it is without samerun."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

if importlib.util.find_spec("tensorflow") is None:  # importing it here would take seconds
    pytest.skip("TensorFlow is not in this environment", allow_module_level=True)

SCRIPT = """
import os
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
{seed}
print(tf.random.normal((2,)).numpy(), tf.random.normal((1,), seed=5).numpy(), tf.random.shuffle(range(20)).numpy())
print([int(number) for number in tf.data.Dataset.range(20).shuffle(20)])
print(tf.function(lambda: tf.random.uniform((2,)))().numpy(), tf.keras.layers.Dense(2)(tf.ones((1, 3))).numpy())
{end}
"""
UNSEEDED = SCRIPT.format(seed="", end="print(tf.random.Generator.from_non_deterministic_state().normal((1,)).numpy())")
SEEDED = SCRIPT.format(seed="tf.keras.utils.set_random_seed(3)", end="")
OPERATION_SEEDS = "import tensorflow as tf\nfor _ in range(2):\n    print(tf.random.normal((2,), seed=5).numpy())"


def test_unseeded_it_repeats_with_the_same_entropy_and_only_with_it(observe: Any) -> None:
    observe(UNSEEDED)
    first = observe.output
    observe(UNSEEDED)
    assert observe.output == first
    observe(UNSEEDED, env={"SAMERUN_ENTROPY": "77" * 32})
    assert observe.output != first


@pytest.mark.parametrize("script", [SEEDED, OPERATION_SEEDS])
def test_seeded_it_is_not_changed(observe: Any, script: str) -> None:
    observe(script)
    recorded = observe.output
    observe(script, bare=True)
    assert observe.output == recorded
