"""What the records of a pickle stand for: arrays and scalars of numpy, ordered dicts, sets, bytes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from samerun.outputs.arrays import plain
from samerun.outputs.late import Late
from samerun.outputs.pickle_reader import Stream, read_next
from samerun.outputs.pickle_records import NEW, NOTHING, Bag, Call, Global, Mapping
from samerun.outputs.raw_arrays import array_at, dtype_of
from samerun.outputs.reading import FAILURES, Unreadable

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

Reading = Callable[[Call], Any]

_CORES = ("numpy._core", "numpy.core")
_JOBLIB = Global("joblib.numpy_pickle", "NumpyArrayWrapper")


def meaning(value: Any) -> Any:
    """Return what one value stands for.

    Args:
        value: as ``pickle_reader`` returns it; what it holds is left as it is.

    Returns:
        An ``Array``, a number, bytes, a ``Mapping``, a ``Bag``; ``value`` itself where it is none of those.
    """
    if not isinstance(value, Call) or not isinstance(value.function, Global):
        return value
    reading = READINGS.get((value.function.module, value.function.name))
    if reading is None:
        return value
    try:
        return reading(value)
    except FAILURES:  # not as numpy would have written it: then it is compared as the record that it is
        return value


def dtype_from(value: Any) -> np.dtype[Any]:
    """Return the type that a pickled ``numpy.dtype`` stands for.

    Raises:
        Unreadable: if it is none, or an unknown one.
    """
    if isinstance(value, str):
        return dtype_of(value)
    if not isinstance(value, Call) or value.function != Global("numpy", "dtype"):
        raise Unreadable("no type of numpy's")
    code, state = value.args[0], value.state
    if state is NOTHING:
        return dtype_of(code)
    if state[3] is not None:
        return _structured(state)
    if state[2] is not None:
        return np.dtype((dtype_from(state[2][0]), state[2][1]))
    unit = state[8][1] if len(state) > 8 and code[0] in "mM" else None
    text = f"{state[1]}{code}[{unit[1]}{bytes(_raw(unit[0])).decode()}]" if unit else f"{state[1]}{code}"
    return dtype_of(text)


def _structured(state: Any) -> np.dtype[Any]:
    """Return a type of fields, each at its own offset."""
    fields = dict(state[4].pairs)
    parts = [fields[name] for name in state[3]]
    return np.dtype(
        {
            "names": list(state[3]),
            "formats": [dtype_from(part[0]) for part in parts],
            "offsets": [part[1] for part in parts],
            "itemsize": state[5],
        }
    )


def _array(call: Call) -> Any:
    """``_reconstruct``: the array's shape, type, order and bytes are its state."""
    _, shape, dtype, fortran, data = call.state
    return _from_bytes(data, dtype_from(dtype), shape, "F" if fortran else "C")


def _frombuffer(call: Call) -> Any:
    data, dtype, shape, order = call.args
    return _from_bytes(data, dtype_from(dtype), shape, order)


def _from_bytes(data: Any, dtype: np.dtype[Any], shape: tuple[int, ...], order: str) -> Any:
    """Return an array; one of objects as the list of them, with its shape where it has more than one dimension."""
    if dtype.hasobject:
        return data if len(shape) == 1 else Mapping([("shape", shape), ("items", data)])
    return plain(array_at(memoryview(_raw(data)), 0, dtype, shape, order))


def _raw(data: Any) -> bytes | bytearray | memoryview:
    """Return bytes however the protocol wrote them: as such, as text of Python 2, or as text to be encoded."""
    data = meaning(data)
    if isinstance(data, str):
        return data.encode("latin-1")
    if not isinstance(data, bytes | bytearray | memoryview):
        raise Unreadable("no bytes")
    return data


def _scalar(call: Call) -> Any:
    """``scalar``: numbers that Python has too become Python's, which are compared by name and value."""
    dtype = dtype_from(call.args[0])
    found = array_at(memoryview(_raw(call.args[1])), 0, dtype, (), "C")
    exact = dtype.kind in "biU" or dtype == np.float64
    return found.item() if exact else plain(found)


def _dtype(call: Call) -> Any:
    return str(dtype_from(call))


def _ordered(call: Call) -> Any:
    """An ordered dict; what torch puts beside the entries (``_metadata``: version numbers) is no content."""
    beside = [key for key, _ in call.state.pairs] if isinstance(call.state, Mapping) else []
    if beside not in ([], ["_metadata"]):
        return call
    given = [(pair[0], pair[1]) for pair in call.args[0]] if call.args else []
    return Mapping([*given, *call.pairs])


def _bag(call: Call) -> Any:
    return Bag(list(call.args[0]) if call.args else [], frozen=getattr(call.function, "name", "") == "frozenset")


def _bytes(call: Call) -> Any:
    """``bytes()`` and ``bytearray(...)``, and ``_codecs.encode(text, "latin1")``."""
    if len(call.args) > 1 and call.args[1] not in ("latin1", "latin-1"):
        return call
    return _raw(call.args[0]) if call.args else b""


def _complex(call: Call) -> Any:
    return complex(*call.args)


def _plain_object(call: Call) -> Any:
    """An object as protocols 0 and 1 write it: the same as ``NEW`` makes."""
    if call.args[1:] != (Global("builtins", "object"), None):
        return call
    return Call(NEW, call.args[:1], call.kwargs, call.state, call.items, call.pairs)


def _joblib_array(call: Call) -> Any:
    """An array whose bytes follow its description in the file, or an array of objects pickled there."""
    state = dict(call.state.pairs)
    dtype = dtype_from(state["dtype"])
    if call.raw is None:
        return call.items[0]
    return _from_bytes(call.raw, dtype, state["shape"], state["order"])


READINGS: dict[tuple[str, str], Reading] = {
    **{(f"{core}.multiarray", "_reconstruct"): _array for core in _CORES},
    **{(f"{core}.multiarray", "scalar"): _scalar for core in _CORES},
    **{(f"{core}.numeric", "_frombuffer"): _frombuffer for core in _CORES},
    **{("builtins", name): _bag for name in ("set", "frozenset")},
    **{("builtins", name): _bytes for name in ("bytes", "bytearray")},
    ("builtins", "complex"): _complex,
    ("copyreg", "_reconstructor"): _plain_object,
    ("_codecs", "encode"): _bytes,
    ("numpy", "dtype"): _dtype,
    ("collections", "OrderedDict"): _ordered,
    (_JOBLIB.module, _JOBLIB.name): _joblib_array,
}
"""What each known name makes of its call."""


def read_joblib_array(call: Call, stream: Stream) -> None:
    """Take the bytes that joblib writes right behind the description of an array; for ``AfterBuild``.

    Raises:
        Unreadable: if they are not all there.
    """
    if call.function != NEW or call.args[:1] != (_JOBLIB,):
        return
    call.function, call.args = _JOBLIB, ()
    state = dict(call.state.pairs)
    dtype = dtype_from(state["dtype"])
    if dtype.hasobject:
        call.items.append(read_next(stream, read_joblib_array))
        return
    if state.get("numpy_array_alignment_bytes") is not None:
        stream.take(stream.take(1)[0])
    number = 1
    for size in state["shape"]:
        number *= size
    call.raw = stream.take(number * dtype.itemsize)
