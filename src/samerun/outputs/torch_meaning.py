"""What the records of a pickle that torch wrote stand for: tensors, parameters, sizes."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from typing import TYPE_CHECKING, Any

from samerun.outputs.arrays import Array
from samerun.outputs.late import Late
from samerun.outputs.pickle_meaning import meaning
from samerun.outputs.pickle_reader import Stream, read_next
from samerun.outputs.pickle_records import Call, Global, Mapping, Persistent
from samerun.outputs.reading import FAILURES, Unreadable, cut

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
"""The number that the format before the zip one starts with."""

MAX_EXPANSION = 1024
"""How many times its storage a tensor may be (expanded dimensions repeat elements)."""

_STORAGES = {
    "Double": "float64",
    "Float": "float32",
    "Half": "float16",
    "BFloat16": "bfloat16",
    "Long": "int64",
    "Int": "int32",
    "Short": "int16",
    "Char": "int8",
    "Byte": "uint8",
    "Bool": "bool",
    "ComplexDouble": "complex128",
    "ComplexFloat": "complex64",
    "QInt8": "qint8",
    "QUInt8": "quint8",
    "QInt32": "qint32",
    "Untyped": "uint8",
}
"""The names of typed storages, without ``Storage``, and of what they hold."""

_CODES = {
    "float64": "f8",
    "float32": "f4",
    "float16": "f2",
    "complex128": "c16",
    "complex64": "c8",
    "bfloat16": "u2",
    "int64": "i8",
    "int32": "i4",
    "int16": "i2",
    "int8": "i1",
    "bool": "u1",
    "uint8": "u1",
    "uint64": "u8",
    "uint32": "u4",
    "uint16": "u2",
    "qint8": "i1",
    "quint8": "u1",
    "qint32": "i4",
    **{f"float8_{name}": "u1" for name in ("e4m3fn", "e4m3fnuz", "e5m2", "e5m2fnuz", "e8m0fnu")},
    "quint4x2": "u1",
    "quint2x4": "u1",
    "bits8": "u1",
    "float4_e2m1fn_x2": "u1",
}
"""What numpy reads a type of torch's as: its own equal, or the bits."""

_PASSED_ON = frozenset(
    {"_rebuild_parameter", "_rebuild_device_tensor_from_cpu_tensor", "_rebuild_device_tensor_from_numpy"}
)


class Storage(Persistent, frozen=True, eq=False):
    """The bytes of one storage, the type of its elements, and the device it lived on."""

    data: memoryview
    dtype: str
    place: str


class TorchMeaning:
    """What records stand for, given the storages that lie beside the pickle.

    Args:
        storages: their bytes by key; None where the pickle has none beside it.
        order: ``<`` or ``>``, the order of their bytes.
    """

    def __init__(self, storages: AnyMapping[str, memoryview] | None = None, order: str = "<") -> None:
        self._storages = storages or {}
        self._order = order
        self._nested: dict[int, Any] = {}

    def __call__(self, value: Any) -> Any:
        """Return an ``Array`` for a tensor, what ``pickle_meaning`` says for others; ``value`` itself if unknown."""
        if not isinstance(value, Call) or not isinstance(value.function, Global):
            return self._storage_array(value) if isinstance(value, Persistent) else value
        if value.function.module.partition(".")[0] != "torch":
            return meaning(value)
        return self._of_torch(value, value.function.name)

    def _of_torch(self, call: Call, name: str) -> Any:
        try:
            reading = _READINGS.get(name)
            return call if reading is None else reading(self, call)
        except FAILURES as error:
            raise Unreadable(f"a tensor that cannot be read: {error}") from error

    def tensor(self, call: Call) -> Any:
        """``_rebuild_tensor`` and its later forms: a view of a storage."""
        storage, offset, shape, stride, *rest = call.args
        found = self.storage(storage)
        dtype = str(rest[2].name) if len(rest) > 2 and isinstance(rest[2], Global) else found.dtype
        traits = (("requires_grad", str(rest[0])),) if rest and isinstance(rest[0], bool) else ()
        return Array(self._strided(found.data, dtype, offset, shape, stride), dtype, traits, found.place)

    def quantised(self, call: Call) -> Any:
        """``_rebuild_qtensor``: the integers, and how they stand for numbers."""
        return Mapping([("values", Call(_TENSOR, call.args[:4])), ("quantizer", call.args[4])])

    def sparse(self, call: Call) -> Any:
        """``_rebuild_sparse_tensor``: the parts by name."""
        layout, parts = call.args
        names = ("indices", "values", "size", "coalesced")
        if not str(getattr(layout, "name", "")).endswith("coo"):
            names = ("compressed_indices", "plain_indices", "values", "size")
        return Mapping([("layout", layout), *zip(names, parts, strict=False)])

    def passed_on(self, call: Call) -> Any:
        """A parameter, or a tensor of another device: what its first argument stands for."""
        found = self(call.args[0])
        if not isinstance(found, Array) or len(call.args) < 2 or not isinstance(call.args[1], bool):
            return found
        return Array(found.values, found.dtype, (("requires_grad", str(call.args[1])),), found.place)

    def from_type(self, call: Call) -> Any:
        """``_rebuild_from_type_v2``: a tensor with attributes of its own, or of a class of its own."""
        function, kind, args, state = call.args
        inner = Call(function, args)
        plain = kind in (Global("torch", "Tensor"), Global("torch.nn.parameter", "Parameter"))
        return Mapping([("tensor", inner), ("type", kind), ("state", state)]) if state or not plain else self(inner)

    def size(self, call: Call) -> Any:
        """``torch.Size``: the tuple that it is."""
        return call.args[0]

    def loaded(self, call: Call) -> Any:
        """``_load_from_bytes``: a storage that plain pickle wrote as a whole file of torch's."""
        return self._storage_array(self.storage(call))

    def _strided(
        self, data: memoryview, dtype: str, offset: int, shape: tuple[int, ...], stride: tuple[int, ...]
    ) -> np.ndarray[Any, Any]:
        """Return a view of ``data``; every element it may reach lies inside."""
        code = np.dtype(_CODES[dtype]).newbyteorder(self._order)  # type: ignore[arg-type]
        whole = all(type(number) is int and number >= 0 for number in (offset, *shape, *stride))
        if len(shape) != len(stride) or not whole:
            raise Unreadable("an offset, a shape or a stride that is no whole number")
        if 0 in shape:
            return np.empty(shape, dtype=code)
        last, number = offset, 1
        for size, step in zip(shape, stride, strict=True):
            last += (size - 1) * step
            number *= size
        flat = np.frombuffer(cut(data, 0, (last + 1) * code.itemsize), dtype=code)
        if number > MAX_EXPANSION * len(flat):
            raise Unreadable(f"a tensor of {number:,} elements over a storage of {len(flat):,}")
        steps = [step * code.itemsize for step in stride]
        return np.lib.stride_tricks.as_strided(flat[offset:], shape, steps, writeable=False)

    def storage(self, value: Any) -> Storage:
        """Return a storage: one beside the pickle by its key, or one inside of it."""
        if isinstance(value, Storage):
            return value
        if isinstance(value, Persistent):
            return self._beside(value.id)
        function = value.function
        if function == Global("torch.storage", "_load_from_bytes"):
            return self._inside(value)
        if function.name == "TypedStorage":
            state = dict(value.state.pairs) if isinstance(value.state, Mapping) else {}
            inner = self.storage(state.get("_untyped_storage", state.get("_storage")))
            return Storage(inner.id, inner.data, str(state["dtype"].name), inner.place)
        raise Unreadable(f"the storage {function}")

    def _beside(self, identity: Any) -> Storage:
        name, kind, key, place = identity[:4]
        if name != "storage":
            raise Unreadable("a reference that is no storage")
        dtype = _STORAGES.get(str(kind.name).removesuffix("Storage"))
        if dtype is None:
            raise Unreadable(f"a storage of {kind}")
        view = identity[5] if len(identity) > 5 else None
        found = Storage(identity, self._storages[str(key)], dtype, str(place))
        if view is None:
            return found
        width = np.dtype(_CODES[dtype]).itemsize
        return Storage(identity, cut(found.data, view[1] * width, view[2] * width), dtype, str(place))

    def _inside(self, call: Call) -> Storage:
        if id(call) not in self._nested:
            value, storages = read_legacy(memoryview(call.args[0]))
            found = TorchMeaning(storages).storage(value)
            self._nested[id(call)] = (call, found)
        nested: Storage = self._nested[id(call)][1]
        return nested

    def _storage_array(self, value: Persistent) -> Any:
        """Return a storage that was saved by itself as the vector it holds."""
        if not isinstance(value, Storage) and not (isinstance(value.id, tuple) and value.id[:1] == ("storage",)):
            return value
        found = self.storage(value)
        width = np.dtype(_CODES[found.dtype]).itemsize
        number = len(found.data) // width
        return Array(self._strided(found.data, found.dtype, 0, (number,), (1,)), found.dtype, (), found.place)


_TENSOR = Global("torch._utils", "_rebuild_tensor")

_READINGS: dict[str, Callable[[TorchMeaning, Call], Any]] = {
    **dict.fromkeys(("_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3"), TorchMeaning.tensor),
    **dict.fromkeys(_PASSED_ON, TorchMeaning.passed_on),
    "_rebuild_qtensor": TorchMeaning.quantised,
    "_rebuild_sparse_tensor": TorchMeaning.sparse,
    "_rebuild_from_type_v2": TorchMeaning.from_type,
    "_load_from_bytes": TorchMeaning.loaded,
    "TypedStorage": TorchMeaning.loaded,
    "Size": TorchMeaning.size,
}
"""What each of torch's functions makes of its call."""


def read_legacy(view: memoryview) -> tuple[Any, dict[str, memoryview]]:
    """Return the object of a checkpoint in the format before the zip one, and its storages by key.

    Raises:
        ValueError: or another of ``FAILURES``, if it is none or cut short.
    """
    stream = Stream(view)
    if read_next(stream) != LEGACY_MAGIC:
        raise Unreadable("the magic number is missing")
    read_next(stream)  # the protocol
    system = dict(read_next(stream).pairs)
    if system.get("little_endian") is not True:
        raise Unreadable("storages of a big-endian machine")
    value = read_next(stream)
    keys = read_next(stream)
    widths = _widths(value)
    return value, {str(key): _next_storage(stream, widths.get(str(key), 1)) for key in keys}


def _next_storage(stream: Stream, width: int) -> memoryview:
    number = int.from_bytes(stream.take(8), "little", signed=True)
    return stream.take(number * width)


def _widths(value: Any) -> dict[str, int]:
    """Return the size of an element of each storage that an object refers to."""
    widths: dict[str, int] = {}
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Persistent):
            name = _STORAGES.get(str(each.id[1].name).removesuffix("Storage"), "uint8")
            widths[str(each.id[2])] = np.dtype(_CODES[name]).itemsize
        waiting.extend(_below(each))
    return widths


def _below(value: Any) -> list[Any]:
    if isinstance(value, list | tuple):
        return list(value)
    if isinstance(value, Mapping):
        return [part for pair in value.pairs for part in pair]
    if isinstance(value, Call):
        return [value.function, value.args, value.kwargs, value.state, value.items, *value.pairs]
    return []
