"""numpy's hidden generator: ``numpy.random.rand()`` and its like, scikit-learn, scipy and pandas by default."""

from __future__ import annotations

import functools
import importlib
import struct
import sys
from typing import TYPE_CHECKING, Any

from samerun.state.derive import derive_seed
from samerun.state.generators import mersenne
from samerun.state.generators.generator import Generator, Plain, is_imported

if TYPE_CHECKING:
    from numpy.typing import NDArray

_WHAT = "numpy's hidden generator"
_LIBRARY_LIMIT = 2**32
_KINDS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")
_LARGEST = {"pos": mersenne.WORDS, "buffer_pos": 4, "has_gauss": 1, "has_uint32": 1, "uinteger": 2**32 - 1}
"""What the numbers of a state can be at most; those that are not named have 128 bits."""


class Numpy(Generator):
    """The legacy generator that the functions of ``numpy.random`` share."""

    name = "numpy"
    module = "numpy.random"

    def reach(self) -> bool:
        """Return whether numpy is imported; its random part, which waits for its first use, is loaded then."""
        if is_imported("numpy") and self.module not in sys.modules:
            importlib.import_module(self.module)
        return is_imported(self.module)

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


def _check_fits(example: Plain, state: Plain, name: str = "") -> None:
    """Refuse a state whose fields, types, lengths or ranges are others than the example's.

    numpy looks at few of them itself, and reads other memory from a position that is too large.
    """
    if isinstance(example, dict):
        if not isinstance(state, dict) or set(state) != set(example):
            raise mersenne.malformed(_WHAT, "its fields are others")
        for inner, value in example.items():
            _check_fits(value, state[inner], inner)
    elif type(state) is not type(example):
        raise mersenne.malformed(_WHAT, f"{type(state).__name__} stands where {type(example).__name__} belongs")
    elif isinstance(state, str | bytes) and isinstance(example, str | bytes):
        _check_same(len(state) == len(example) and (state == example or isinstance(state, bytes)))
    elif isinstance(state, int) and not 0 <= state <= _LARGEST.get(name, 2**128 - 1):
        raise mersenne.malformed(_WHAT, f"its {name} is out of range")


def _check_same(same: bool) -> None:
    if not same:
        raise mersenne.malformed(_WHAT, "an array of it has another type or length")
