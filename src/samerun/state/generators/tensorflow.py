"""TensorFlow's hidden generator: what seeds each random operation that has no seed of its own.

Out of reach, because TensorFlow lets nobody read them: the counters of operations that do have a seed of their own, and
of those inside a ``tf.function`` that has run. Seeding and restoring make them begin anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain
from samerun.state.generators.python import checked_random, plain_random, tuple_of

_WHAT = "TensorFlow's generator"
_LIBRARY_LIMIT = 2**31 - 1
_FIELDS = {"seed", "random", "generator"}
_ALGORITHMS = {1: 3, 2: 3}  # by tf.random.Algorithm: Philox and ThreeFry, and how many numbers of 64 bits each keeps


class TensorFlow(Generator):
    """The seed of ``tf.random`` with what has been drawn from it, and ``tf.random.get_global_generator()``."""

    name = "tensorflow"
    module = "tensorflow"

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Seed it as ``tf.random.set_seed(seed)`` does.

        That takes a seed modulo 2**31 - 1 inside a ``tf.function``, which can hold no more: seeds from there on are
        hashed first. The global generator is begun anew if the program has made one; making one here would start
        every device.
        """
        whole = rank is None and seed < _LIBRARY_LIMIT
        number = seed if whole else derive_seed(seed, rank=rank, purpose=self.purpose())
        sys.modules["tensorflow"].random.set_seed(number)
        made = _made()
        if made is not None:
            made.reset_from_seed(derive_seed(seed, rank=rank, purpose=f"{self.purpose()} global", bits=63))

    def capture(self) -> Plain:
        """Return the seed, the generator that gives operations theirs, and the state of the global generator."""
        context, made = _context(), _made()
        kept = None if made is None else {"algorithm": int(made.algorithm), "state": made.state.numpy().tolist()}
        source = context._rng if context._seed is not None else None
        return {
            "seed": None if context._seed is None else int(context._seed),
            "random": None if source is None else plain_random(source),
            "generator": kept,
        }

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        if not isinstance(state, dict) or set(state) != _FIELDS or not isinstance(state["seed"], int | None):
            raise mersenne.malformed(_WHAT, "its fields are others")
        if (state["seed"] is None) != (state["random"] is None):
            raise mersenne.malformed(_WHAT, "it has a seed without a generator, or the reverse")
        if state["random"] is not None:
            checked_random(state["random"], _WHAT)
        if state["generator"] is not None:
            _check_made(state["generator"])
        return ""

    def restore(self, state: Plain) -> None:
        """Set a checked state."""
        assert isinstance(state, dict)
        # This also forgets the operations that are kept ready with their counters.
        sys.modules["tensorflow"].random.set_seed(state["seed"])
        if state["random"] is not None:
            _context()._rng.setstate(tuple_of(state["random"]))
        kept, made = state["generator"], _made()
        if isinstance(kept, dict):
            if made is not None and int(made.algorithm) == kept["algorithm"]:
                made.reset(kept["state"])
            else:
                _make(kept)

    def hold(self) -> Callable[[], None]:
        """Return what gives back the state, and takes away a global generator that was made since."""
        state = self.capture()

        def give_back() -> None:
            self.restore(state)
            if isinstance(state, dict) and state["generator"] is None:
                _stateful().global_generator = None

        return give_back


def _context() -> Any:
    return sys.modules["tensorflow.python.eager.context"].context()


def _stateful() -> Any:
    return sys.modules["tensorflow.python.ops.stateful_random_ops"]


def _made() -> Any:
    return _stateful().global_generator


def _make(kept: dict[str, Plain]) -> None:
    tensorflow: Any = sys.modules["tensorflow"]
    with tensorflow.init_scope():
        made = tensorflow.random.Generator.from_state(kept["state"], alg=kept["algorithm"])
    tensorflow.random.set_global_generator(made)


def _check_made(kept: Plain) -> None:
    if not isinstance(kept, dict) or set(kept) != {"algorithm", "state"}:
        raise mersenne.malformed(_WHAT, "the fields of its global generator are others")
    algorithm, numbers = kept["algorithm"], kept["state"]
    if type(algorithm) is not int or algorithm not in _ALGORITHMS:
        raise mersenne.malformed(_WHAT, "its global generator is of an unknown algorithm")
    wide = isinstance(numbers, list | tuple) and all(type(one) is int and -(2**63) <= one < 2**63 for one in numbers)
    if not wide or not isinstance(numbers, list | tuple) or len(numbers) != _ALGORITHMS[algorithm]:
        raise mersenne.malformed(_WHAT, "the state of its global generator has another size")
