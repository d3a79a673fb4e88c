"""TensorFlow: operations without a seed while no global one is set, and generators made from no seed.

Two functions are asked by everything random in it. A global seed would be simpler, but would change what operations
draw that have a seed of their own. Keras 3 asks ``random``. Out of reach: generators made inside a traced function.
"""

from __future__ import annotations

from . import entropy, imports, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

SOURCE = "tensorflow"
_SEED_BITS = 31
_STATE_BITS = 63


def install(environment: Mapping[str, str]) -> None:
    """Supply from now on, as soon as the program imports TensorFlow."""
    imports.when_imported("tensorflow.python.framework.random_seed", _supply_operations)
    imports.when_imported("tensorflow.python.ops.stateful_random_ops", _supply_generators)


def _supply_operations(random_seed: Any) -> None:
    original = random_seed.get_seed

    def get_seed(op_seed: Any) -> Any:
        seeds = original(op_seed)
        if seeds != (None, None):
            return seeds
        number = entropy.draw(SOURCE, 2 * _SEED_BITS)
        # Two zeros would mean that the operation chooses for itself.
        return seeds if not number else divmod(number, 1 << _SEED_BITS)

    random_seed.get_seed = standins.look_like(get_seed, original)


def _supply_generators(stateful: Any) -> None:
    original = stateful.non_deterministic_ints

    def non_deterministic_ints(shape: Any, dtype: Any = stateful.dtypes.int64) -> Any:
        asked = original(shape, dtype=dtype)
        count = asked.shape.num_elements()
        if not hasattr(asked, "numpy") or dtype != stateful.dtypes.int64 or count is None:
            return asked
        numbers = [entropy.draw(SOURCE, _STATE_BITS) for _ in range(count)]
        if None in numbers:
            return asked
        return stateful.array_ops.reshape(stateful.ops.convert_to_tensor(numbers, dtype=dtype), asked.shape)

    stateful.non_deterministic_ints = standins.look_like(non_deterministic_ints, original)
