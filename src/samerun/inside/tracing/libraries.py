"""How the values of libraries are taken in: arrays and tensors by their bytes, tables by their columns.

Generators are taken in by their state, which is read without drawing. Nothing is imported: a value of a library shows
that the library is there.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    Feeder = Callable[[Any, Any], None]

GETSET = type(type("plain", (), {}).__dict__["__dict__"])
"""The type of the descriptor that gives an object's own dictionary."""


def feeder(base: type) -> Optional[Feeder]:
    """Return how values of a library's class are taken in; None for classes that are not listed."""
    module = base.__dict__.get("__module__")
    if type(module) is not str:
        module = str(base.__module__)
    top = module.partition(".")[0]
    if top in _MACHINERY:
        return _by_sight
    found = _TABLE.get((top, base.__name__))
    return None if found is None else _guarded(found, base)


def _guarded(found: Feeder, base: type) -> Feeder:
    """Let a value that cannot be read count by its type: a tensor without storage, a table on a device that is gone."""

    def feed(builder: Any, value: Any) -> None:
        builder.text(base.__name__)
        try:
            found(builder, value)
        except Exception as error:  # the edge to libraries of any version
            builder.text("unread " + type(error).__name__)

    return feed


def _array(builder: Any, value: Any) -> None:
    numpy = sys.modules["numpy"]
    array: Any = numpy.ndarray
    dtype = array.dtype.__get__(value)
    builder.text("%s %s" % (dtype.str if dtype.names is None else dtype.descr, array.shape.__get__(value)))
    if dtype.hasobject:
        builder.feed(array.tolist(value))
    else:
        builder.data(array.tobytes(value))


def _scalar(builder: Any, value: Any) -> None:
    builder.text(value.dtype.str)
    builder.data(value.tobytes())


def _text_of(builder: Any, value: Any) -> None:
    builder.text(str(value))


def _tensor(builder: Any, value: Any) -> None:
    torch: Any = sys.modules["torch"]
    with torch._C.DisableTorchFunction(), torch.no_grad():
        tensor = torch.Tensor
        builder.text("%s %s %s" % (value.dtype, tuple(value.shape), value.device.type))
        _tensor_bytes(builder, torch, tensor.detach(value))
        if value.is_leaf and value.grad is not None:
            builder.text("grad")
            _tensor_bytes(builder, torch, tensor.detach(value.grad))


def _tensor_bytes(builder: Any, torch: Any, plain: Any) -> None:
    if plain.layout is not torch.strided:
        plain = plain.to_dense()
    if plain.is_conj():
        plain = plain.resolve_conj()
    dense = plain.cpu().contiguous()
    # ctypes is there: torch imports it. numpy may not be, and knows no bfloat16.
    address = sys.modules["ctypes"].string_at
    builder.data(address(dense.data_ptr(), dense.numel() * dense.element_size()))


def gradients(value: Any) -> list[Any]:
    """Return the gradients of the tensors that a loss was computed from, in the order of its graph.

    Args:
        value: any value; for what is no tensor of torch with a graph there are none.
    """
    torch: Any = sys.modules.get("torch")
    base = getattr(torch, "Tensor", None)
    if base is None or not any(each is base for each in type(value).__mro__):
        return []
    with torch._C.DisableTorchFunction():
        start = value.grad_fn
    waiting, seen, found = [start], {id(start): start}, []
    while waiting and len(seen) < _LARGEST_GRAPH:
        node = waiting.pop()
        leaf = getattr(node, "variable", None)
        if leaf is not None and leaf.grad is not None:
            found.append(leaf.grad)
        for following, _ in getattr(node, "next_functions", ()):
            if following is not None and id(following) not in seen:
                seen[id(following)] = following
                waiting.append(following)
    return found


_LARGEST_GRAPH = 20_000


_GLOBAL = (("random", "_inst"), ("numpy.random.mtrand", "_rand"), ("torch", "default_generator"))


def _is_global(builder: Any, value: Any) -> bool:
    """Say whether a generator is its library's global one: what refers to it does not hold what it will draw."""
    is_it = any(getattr(sys.modules.get(module), name, None) is value for module, name in _GLOBAL)
    if is_it:
        builder.text("global")
    return is_it


def _python_generator(builder: Any, value: Any) -> None:
    if _is_global(builder, value):
        return
    base: Any = sys.modules["random"].Random
    builder.feed(base.getstate(value))


def _numpy_generator(builder: Any, value: Any) -> None:
    builder.feed(value.bit_generator.state)


def _bit_generator(builder: Any, value: Any) -> None:
    builder.feed(value.state)


def _random_state(builder: Any, value: Any) -> None:
    if not _is_global(builder, value):
        builder.feed(value.get_state(legacy=False))


def _torch_generator(builder: Any, value: Any) -> None:
    if not _is_global(builder, value):
        builder.feed(value.get_state())


def _frame(builder: Any, value: Any) -> None:
    for axis in value._mgr.axes:
        builder.feed(axis)
    for block in value._mgr.blocks:
        builder.feed([int(place) for place in block.mgr_locs.as_array])
        _column(builder, block.values)


def _index(builder: Any, value: Any) -> None:
    builder.feed(list(value.names))
    _column(builder, value._values)


def _column(builder: Any, values: Any) -> None:
    numpy: Any = sys.modules["numpy"]
    builder.text(str(values.dtype))
    plain = isinstance(values, numpy.ndarray)
    builder.feed(values if plain else numpy.asarray(values))


def _polars_frame(builder: Any, value: Any) -> None:
    builder.feed(list(value.columns))
    builder.text(str(value.dtypes))
    builder.data(value.hash_rows().to_numpy().tobytes())


def _polars_series(builder: Any, value: Any) -> None:
    _polars_frame(builder, value.to_frame())


def _arrow(builder: Any, value: Any) -> None:
    builder.text(str(getattr(value, "schema", None) or value.type))
    builder.text(str(value.to_pylist()) if value.nbytes < 1 << 20 else "%d rows" % len(value))
    for chunk in getattr(value, "chunks", ()):
        for buffer in chunk.buffers():
            if buffer is not None:
                builder.data(buffer)


def _state(builder: Any, value: Any) -> None:
    builder.feed(value.__getstate__())


def _as_array(builder: Any, value: Any) -> None:
    numpy: Any = sys.modules["numpy"]
    builder.feed(numpy.asarray(value))


def _own_numpy(builder: Any, value: Any) -> None:
    builder.feed(value.numpy())


def _xgboost(builder: Any, value: Any) -> None:
    builder.data(value.save_raw("ubj"))


def _lightgbm(builder: Any, value: Any) -> None:
    builder.text(value.model_to_string())


def _deque(builder: Any, value: Any) -> None:
    base: Any = sys.modules["collections"].deque
    items = list(base.__iter__(value))
    builder.sequence("deque", items, items)


def _buffer(builder: Any, value: Any) -> None:
    builder.data(bytes(memoryview(value).cast("B")))


def _nothing(builder: Any, value: Any) -> None:
    """Take nothing in but the type's name."""
    builder.text(type(value).__name__)


_MACHINERY = frozenset(
    [
        *(
            "asyncio",
            "concurrent",
            "contextlib",
            "contextvars",
            "logging",
            "loky",
            "multiprocessing",
            "queue",
            "socket",
        ),
        *("selectors", "ssl", "tempfile", "threading", "tqdm", "weakref", "_thread", "_weakref", "_queue"),
    ]
)
"""Modules whose objects hold what depends on the moment: who waits for whom, how far a worker is."""

_sights: dict[str, dict[int, tuple[int, Any]]] = {}


def _by_sight(builder: Any, value: Any) -> None:
    """Tell objects apart by the order in which they were first seen, which their own content does not show.

    They are kept, so that no other object takes a number over; a program has few of them.
    """
    name = type(value).__name__
    known = _sights.setdefault(name, {})
    number = known.setdefault(id(value), (len(known), value))[0] if len(known) < _MOST_SIGHTS else -1
    builder.text("%s %d" % (name, number))


_MOST_SIGHTS = 20_000

# By the top module of a class and its name: submodules move from release to release.
_TABLE: "dict[tuple[str, str], Feeder]" = {
    ("numpy", "ndarray"): _array,
    ("numpy", "generic"): _scalar,
    ("numpy", "dtype"): _text_of,
    ("numpy", "Generator"): _numpy_generator,
    ("numpy", "RandomState"): _random_state,
    ("numpy", "BitGenerator"): _bit_generator,
    ("torch", "Tensor"): _tensor,
    ("torch", "TensorBase"): _tensor,
    ("torch", "Generator"): _torch_generator,
    ("torch", "dtype"): _text_of,
    ("torch", "device"): _text_of,
    ("torch", "Size"): _text_of,
    ("random", "Random"): _python_generator,
    ("pandas", "NDFrame"): _frame,
    ("pandas", "Index"): _index,
    ("polars", "DataFrame"): _polars_frame,
    ("polars", "Series"): _polars_series,
    ("pyarrow", "Table"): _arrow,
    ("pyarrow", "ChunkedArray"): _arrow,
    ("pyarrow", "Array"): _arrow,
    ("sklearn", "Tree"): _state,
    ("jaxlib", "Array"): _as_array,
    ("jaxlib", "ArrayImpl"): _as_array,
    ("jax", "Array"): _as_array,
    ("tensorflow", "EagerTensor"): _own_numpy,
    ("tensorflow", "ResourceVariable"): _own_numpy,
    ("xgboost", "Booster"): _xgboost,
    ("lightgbm", "Booster"): _lightgbm,
    ("subprocess", "Popen"): _by_sight,
    ("collections", "deque"): _deque,
    ("array", "array"): _buffer,
    ("datetime", "date"): _text_of,
    ("datetime", "time"): _text_of,
    ("datetime", "timedelta"): _text_of,
    ("decimal", "Decimal"): _text_of,
    ("fractions", "Fraction"): _text_of,
    ("uuid", "UUID"): _text_of,
    ("pathlib", "PurePath"): _text_of,
    ("re", "Pattern"): _text_of,
    ("_io", "_IOBase"): _nothing,
}
