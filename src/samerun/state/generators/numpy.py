"""numpy's hidden generator: ``numpy.random.rand()`` and its like, scikit-learn, scipy and pandas by default."""

from __future__ import annotations

import functools
import struct
import sys
from typing import TYPE_CHECKING, Any

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHAT = "numpy's hidden generator"
_LIBRARY_LIMIT = 2**32
_KINDS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
_POSITIONS = {"MT19937": ("state", "pos", mersenne.WORDS), "Philox": ("", "buffer_pos", 4)}


class Numpy(Generator):
    """The legacy generator that the functions of ``numpy.random`` share."""

    name = "numpy"
    module = "numpy.random"

    def seed(self, seed: int, rank: int | None = None) -> None:
        """Seed it as ``numpy.random.seed(seed)`` does; that refuses 2**32 and more, which are hashed."""
        if rank is None and seed < _LIBRARY_LIMIT:
            _library().seed(seed)
            return
        wide = derive_seed(seed, rank=rank, purpose=self.purpose(), bits=512)
        _library().seed(list(struct.unpack("<16I", wide.to_bytes(64, "little"))))

    def capture(self) -> Plain:
        """Return the state of whatever bit generator is in place; arrays as bytes."""
        return _plain(_library().get_state(legacy=False))

    def check(self, state: Plain) -> str:
        """Look at a state; see ``Generator.check``."""
        if not isinstance(state, dict) or not isinstance(kind := state.get("bit_generator"), str):
            raise mersenne.malformed(_WHAT, "it names no bit generator")
        if kind not in _KINDS:
            return f"this samerun cannot make the bit generator {kind[:40]!r}"
        _check_fits(_example(kind), state)
        _check_position(kind, state)
        return ""

    def restore(self, state: Plain) -> None:
        """Set a checked state, with the bit generator that it is of."""
        assert isinstance(state, dict)
        library, kind = _library(), str(state["bit_generator"])
        if type(library.get_bit_generator()).__name__ != kind:
            library.set_bit_generator(getattr(library, kind)(0))
        library.set_state(_with_arrays(state))


def _library() -> Any:
    # Not numpy.random: right after its import, numpy does not know it yet and would look for it for ever.
    return sys.modules["numpy.random"]


def _plain(value: Any) -> Plain:
    """Return numpy's dictionary with its arrays as bytes and its numbers as python's."""
    # It is there, or nobody would ask.
    import numpy as np

    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, np.ndarray):
        return {"dtype": value.dtype.name, "bytes": _little(value).tobytes()}
    plain: Plain = value.item() if isinstance(value, np.generic) else value
    return plain


def _little(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _with_arrays(state: Plain) -> Any:
    # It is there, or nobody would ask.
    import numpy as np

    if not isinstance(state, dict):
        return state
    if set(state) == {"dtype", "bytes"}:
        kind = np.dtype(str(state["dtype"]))
        data: Any = state["bytes"]
        return np.frombuffer(data, dtype=kind.newbyteorder("<")).astype(kind)
    return {name: _with_arrays(inner) for name, inner in state.items()}


@functools.cache
def _example(kind: str) -> Plain:
    """Return some state of a bit generator, to hold others against."""
    source = getattr(_library(), kind)(0)
    return _plain(_library().RandomState(source).get_state(legacy=False))


def _check_fits(example: Plain, state: Plain) -> None:
    """Refuse a state whose fields, lengths or types are others than the example's."""
    if isinstance(example, dict):
        if not isinstance(state, dict) or set(state) != set(example):
            raise mersenne.malformed(_WHAT, "its fields are others")
        for name, inner in example.items():
            _check_fits(inner, state[name])
    elif type(state) is not type(example):
        raise mersenne.malformed(_WHAT, f"{type(state).__name__} stands where {type(example).__name__} belongs")
    elif isinstance(state, bytes) and isinstance(example, bytes) and len(state) != len(example):
        raise mersenne.malformed(_WHAT, "an array of it has another length")
    elif isinstance(state, int) and not 0 <= state < 2**128:
        raise mersenne.malformed(_WHAT, "a number of it is out of range")


def _check_position(kind: str, state: dict[str, Plain]) -> None:
    if kind not in _POSITIONS:
        return
    group, name, last = _POSITIONS[kind]
    holder = state[group] if group else state
    position = holder[name] if isinstance(holder, dict) else None
    if not isinstance(position, int) or not 0 <= position <= last:
        raise mersenne.malformed(_WHAT, f"its position is not between 0 and {last}")
