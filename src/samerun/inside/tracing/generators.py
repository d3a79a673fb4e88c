"""The libraries' hidden generators, as values that lines read and change: from a seed to what is drawn much later.

A line that seeds one and a line that draws from it have no name in common. Their states are read without drawing, and
without the locks by which draws are seen.
"""

from __future__ import annotations

import sys
from _blake2 import blake2b

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any

PREFIX = "<generator "
_NUMPYS = PREFIX + "numpy>"
_MOST_MET = 100_000
"""So many states are remembered."""


_met: set[tuple[str, int]] = set()


def states() -> dict[str, int]:
    """Return a number for the state of each hidden generator that is there, by name; 50 microseconds with all three."""
    found = _present()
    if len(_met) < _MOST_MET:
        _met.update(found.items())
    return found


def _present() -> dict[str, int]:
    found = {}
    for module, attribute, state in _HIDDEN:
        generator = getattr(sys.modules.get(module), attribute, None)
        if generator is not None:
            try:
                found[PREFIX + module.partition(".")[0] + ">"] = state(generator) & 0xFFFFFFFFFFFFFFFF
            except Exception:  # the edge to libraries of any version: such a generator is not followed
                continue
    return found


def changed(before: dict[str, int]) -> list[tuple[str, int, int]]:
    """Return the names of those whose state is another by now, each with the one before and the present one.

    numpy loads its own when it is first asked for: if it was seeded at once, it was 0 before. One that is given back a
    state in which it was met before (``torch.random.fork_rng``, ``set_state``) is not changed: nothing was drawn.
    """
    now = _present()
    old = {_NUMPYS: 0, **before} if _NUMPYS in now and _is_seeded() else before
    moved = [(name, state, now[name]) for name, state in old.items() if now.get(name, state) != state]
    return [each for each in moved if (each[0], each[2]) not in _met]


def _is_seeded() -> bool:
    """Say whether numpy's hidden generator was seeded: that takes away the sequence with which it was made."""
    generator = getattr(sys.modules.get("numpy.random.mtrand"), "_rand", None)
    return getattr(getattr(generator, "_bit_generator", None), "_seed_seq", None) is None


def _of_python(generator: Any) -> int:
    base: Any = sys.modules["random"].Random
    _, words, gauss = base.getstate(generator)
    return hash((words, 0.0 if gauss is None else gauss))  # of numbers alone: the same in every process


def _of_numpy(generator: Any) -> int:
    state = generator._bit_generator.state["state"]
    return _digest(state["key"].tobytes() + b"%d" % state["pos"])


def _of_torch(generator: Any) -> int:
    state = generator.get_state()
    return _digest(sys.modules["ctypes"].string_at(state.data_ptr(), state.numel()))


def _digest(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


_HIDDEN: tuple[tuple[str, str, Any], ...] = (
    ("random", "_inst", _of_python),
    ("numpy.random.mtrand", "_rand", _of_numpy),
    ("torch", "default_generator", _of_torch),
)
