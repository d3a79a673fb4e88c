"""Plain values and tensors as torch's own pickle, opcode by opcode; nothing is asked how it wants to be pickled.

The form is that of ``torch.save`` (protocol 2, tensors as ``torch._utils._rebuild_tensor_v2`` over storages that lie
beside the pickle; source: ``torch/_weights_only_unpickler.py``), kept to what ``torch.load(weights_only=True)`` reads.
There is no memo: equal content gives equal bytes, and nothing in the file can refer to itself.
"""

from __future__ import annotations

import math
import struct
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch

from samerun.errors import CannotSave
from samerun.state.checkpoint.dtypes import STORAGES, is_kept, is_kept_array, name_of

TAG = "samerun.type"
"""The key of a dict that stands for a value which torch's restricted loader does not know."""

DEEPEST = 100
"""How many containers may lie in one another."""

_TENSORS = (torch.Tensor, torch.nn.Parameter, getattr(torch.nn, "Buffer", torch.Tensor))
_REBUILD = b"ctorch._utils\n_rebuild_tensor_v%d\n"


def encode(tree: Any, name: str = "") -> tuple[bytes, list[torch.Tensor]]:
    """Return the pickle of a tree and the storages that belong beside it.

    Args:
        tree: None, bool, int, float, complex, str, bytes, list, tuple, dict, set, tensors and arrays in one another.
        name: what the tree is called in an error.

    Returns:
        The pickle, and for each storage a flat tensor (on its own device, not copied where it is dense).

    Raises:
        CannotSave: something in it is no plain value, with the place.
    """
    encoder = _Encoder()
    encoder.put(tree, (name,) if name else ())
    return b"".join([b"\x80\x02", *encoder.pieces, b"."]), encoder.storages


class _Encoder:
    """The opcodes so far, and the storages by what they are a view of."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.storages: list[torch.Tensor] = []
        self._known: dict[tuple[Any, ...], int] = {}

    def put(self, value: Any, place: tuple[Any, ...]) -> None:
        """Add a value; ``place`` is the way to it."""
        writer = _WRITERS.get(type(value))
        if writer is not None:
            writer(self, value, place)
        elif isinstance(value, np.generic):
            self._put_array(np.asarray(value), place, scalar=True)
        else:
            raise CannotSave(
                f"{_shown(place)} is a {type(value).__module__}.{type(value).__qualname__}, "
                "which is no plain value and no tensor.",
                "Give numbers, text, lists, dicts, tensors or arrays, or an object with state_dict().",
                place=_shown(place),
            )

    def _add(self, *pieces: bytes) -> None:
        self.pieces.extend(pieces)

    def _none(self, value: None, place: tuple[Any, ...]) -> None:
        self._add(b"N")

    def _bool(self, value: bool, place: tuple[Any, ...]) -> None:
        self._add(b"\x88" if value else b"\x89")

    def _int(self, value: int, place: tuple[Any, ...]) -> None:
        if 0 <= value < 256:
            self._add(b"K", bytes((value,)))
        elif -(2**31) <= value < 2**31:
            self._add(b"J", struct.pack("<i", value))
        else:
            data = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
            if len(data) > 255:
                raise CannotSave(f"{_shown(place)} is a whole number of {len(data)} bytes.", "At most 255 are kept.")
            self._add(b"\x8a", bytes((len(data),)), data)

    def _float(self, value: float, place: tuple[Any, ...]) -> None:
        self._add(b"G", struct.pack(">d", value))

    def _str(self, value: str, place: tuple[Any, ...]) -> None:
        data = value.encode("utf-8", "surrogatepass")
        self._add(b"X", struct.pack("<I", len(data)), data)

    def _bytes(self, value: bytes | bytearray, place: tuple[Any, ...]) -> None:
        self._add(b"c_codecs\nencode\n")
        self._str(bytes(value).decode("latin-1"), place)
        self._str("latin1", place)
        self._add(b"\x86R")

    def _complex(self, value: complex, place: tuple[Any, ...]) -> None:
        self._add(b"c__builtin__\ncomplex\n")
        self._float(value.real, place)
        self._float(value.imag, place)
        self._add(b"\x86R")

    def _list(self, value: Iterable[Any], place: tuple[Any, ...]) -> None:
        self._add(b"](")
        self._items(value, place)
        self._add(b"e")

    def _tuple(self, value: tuple[Any, ...], place: tuple[Any, ...]) -> None:
        self._add(b"(")
        self._items(value, place)
        self._add(b"t")

    def _items(self, values: Iterable[Any], place: tuple[Any, ...]) -> None:
        _check_depth(place)
        for number, each in enumerate(values):
            self.put(each, (*place, number))

    def _dict(self, value: dict[Any, Any], place: tuple[Any, ...]) -> None:
        if TAG in value:
            raise CannotSave(f"{_shown(place)} has the key {TAG!r}, which samerun uses itself.", "Call it otherwise.")
        if any(map(_is_opaque, value)):
            self._keyed(value, place, ordered=False)
        else:
            self._pairs(value, place)

    def _keyed(self, value: Mapping[Any, Any], place: tuple[Any, ...], ordered: bool) -> None:
        """Add a dict by lists of its keys and values: torch's loader cannot have our tagged values as keys."""
        _check_keys(value, place)
        self._tagged("dict", place, ordered=ordered, keys=list(value), values=list(value.values()))

    def _pairs(self, value: dict[Any, Any], place: tuple[Any, ...]) -> None:
        self._add(b"}")
        self._members(value, place)

    def _members(self, value: Mapping[Any, Any], place: tuple[Any, ...]) -> None:
        _check_depth(place)
        _check_keys(value, place)
        self._add(b"(")
        for key, each in value.items():
            self.put(key, place)
            self.put(each, (*place, key))
        self._add(b"u")

    def _ordered(self, value: OrderedDict[Any, Any], place: tuple[Any, ...]) -> None:
        if any(map(_is_opaque, value)):
            self._keyed(value, place, ordered=True)
            return
        self._add(b"ccollections\nOrderedDict\n)R")
        self._members(value, place)
        if hasattr(value, "_metadata"):  # the versions of a module's parts, which load_state_dict looks at
            self._pairs({"_metadata": value._metadata}, place)
            self._add(b"b")

    def _counter(self, value: Counter[Any], place: tuple[Any, ...]) -> None:
        self._add(b"ccollections\nCounter\n")
        self._dict(dict(value), place)
        self._add(b"\x85R")

    def _set(self, value: set[Any], place: tuple[Any, ...]) -> None:
        if any(map(_is_opaque, value)):
            self._tagged("set", place, items=_in_order(value))
            return
        self._add(b"c__builtin__\nset\n")
        self._list(_in_order(value), place)
        self._add(b"\x85R")

    def _tagged(self, kind: str, place: tuple[Any, ...], **facts: Any) -> None:
        self._pairs({TAG: kind, **facts}, place)

    def _frozenset(self, value: frozenset[Any], place: tuple[Any, ...]) -> None:
        self._tagged("frozenset", place, items=_in_order(value))

    def _deque(self, value: deque[Any], place: tuple[Any, ...]) -> None:
        self._tagged("deque", place, items=list(value), maxlen=value.maxlen)

    def _array(self, value: np.ndarray[Any, Any], place: tuple[Any, ...]) -> None:
        self._put_array(value, place, scalar=False)

    def _put_array(self, value: np.ndarray[Any, Any], place: tuple[Any, ...], scalar: bool) -> None:
        if not is_kept_array(value.dtype):
            raise CannotSave(
                f"{_shown(place)} is an array of {value.dtype}.", "Convert it to numbers or text of numpy."
            )
        flat = np.ascontiguousarray(value).reshape(-1)
        data = torch.frombuffer(bytearray(flat.tobytes()), dtype=torch.uint8) if flat.nbytes else _NOTHING.clone()
        self._tagged("numpy", place, dtype=value.dtype.str, shape=value.shape, scalar=scalar, data=data)

    def _dtype(self, value: torch.dtype, place: tuple[Any, ...]) -> None:
        if not is_kept(value):
            raise CannotSave(f"{_shown(place)} is {value}, a type that no checkpoint holds.", "Give its name as text.")
        self._add(b"ctorch\n", name_of(value).encode(), b"\n")

    def _size(self, value: torch.Size, place: tuple[Any, ...]) -> None:
        self._add(b"ctorch\nSize\n")
        self._tuple(tuple(value), place)
        self._add(b"\x85R")

    def _device(self, value: torch.device, place: tuple[Any, ...]) -> None:
        self._add(b"ctorch\ndevice\n")
        self._str(str(value), place)
        self._add(b"\x85R")

    def _tensor(self, value: torch.Tensor, place: tuple[Any, ...]) -> None:
        value = _settled(value, place)
        stride = value.stride() if _is_dense(value) else _contiguous(value.shape)
        # By whole numbers alone, so that the pieces of one checkpoint are known in the next one.
        self._add(_form(value.dtype, tuple(value.shape), stride, self._storage(value)))

    def _storage(self, value: torch.Tensor) -> int:
        """Return the number of the storage: tensors that share all their memory (tied weights) share it too."""
        key = (value.data_ptr(), value.device, value.dtype, value.shape, value.stride())
        if key in self._known and value.numel():
            return self._known[key]
        self._known[key] = len(self.storages)
        self.storages.append(flat(value))
        return len(self.storages) - 1


@lru_cache(maxsize=100_000)
def _form(dtype: torch.dtype, shape: tuple[int, ...], stride: tuple[int, ...], storage: int) -> bytes:
    """Return the opcodes of a tensor over the storage of this number."""
    encoder = _Encoder()
    later = dtype not in STORAGES
    kind = b"ctorch.storage\nUntypedStorage\n" if later else b"ctorch\n%s\n" % STORAGES[dtype].encode()
    encoder._add(_REBUILD % (3 if later else 2), b"((")
    encoder._str("storage", ())
    encoder._add(kind)
    encoder._str(str(storage), ())
    encoder._str("cpu", ())
    encoder._int(math.prod(shape) * (dtype.itemsize if later else 1), ())
    encoder._add(b"tQK\x00")
    encoder._tuple(shape, ())
    encoder._tuple(stride, ())
    encoder._add(b"\x89ccollections\nOrderedDict\n)R")
    if later:
        encoder._dtype(dtype, ())
    encoder._add(b"tR")
    return b"".join(encoder.pieces)


def _contiguous(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the strides of a tensor whose last dimension runs fastest."""
    steps = [math.prod(max(size, 1) for size in shape[place + 1 :]) for place in range(len(shape))]
    return tuple(steps)


_NOTHING = torch.empty(0, dtype=torch.uint8)


def _settled(value: torch.Tensor, place: tuple[Any, ...]) -> torch.Tensor:
    """Return a tensor as one that lies in memory as its numbers say."""
    if value.layout != torch.strided or value.is_quantized or value.is_nested or value.is_meta:
        odd = {"quantised": value.is_quantized, "nested": value.is_nested, "on the meta device": value.is_meta}
        what = next((word for word, holds in odd.items() if holds), str(value.layout))
        raise CannotSave(f"{_shown(place)} is a tensor that is {what}.", "Give a dense tensor with values.")
    if not is_kept(value.dtype):
        raise CannotSave(f"{_shown(place)} is a tensor of {value.dtype}.", "Convert it to another type.")
    value = value.detach()
    return value.resolve_conj().resolve_neg() if value.is_conj() or value.is_neg() else value


def _is_dense(value: torch.Tensor) -> bool:
    """Say whether its elements fill one piece of memory, in whatever order of the dimensions."""
    if value.is_contiguous():
        return bool(value.numel())
    expected = 1
    for step, size in sorted(zip(value.stride(), value.shape, strict=True)):
        if size != 1 and step != expected:
            return False
        expected *= size
    return bool(value.numel())


def flat(value: torch.Tensor) -> torch.Tensor:
    """Return the elements of a tensor as they lie in memory: a view where it is dense, else a copy."""
    if _is_dense(value):
        return value.as_strided((value.numel(),), (1,))
    return value.contiguous().view(-1)


def _check_depth(place: tuple[Any, ...]) -> None:
    if len(place) > DEEPEST:
        raise CannotSave(f"{_shown(place[:6])} goes more than {DEEPEST} levels deep, or holds itself.")


def _is_key(key: Any) -> bool:
    if type(key) is tuple:
        return all(_is_key(each) for each in key)
    return type(key) in (str, int, float, bool, bytes, type(None)) or isinstance(key, np.generic)


def _check_keys(value: Mapping[Any, Any], place: tuple[Any, ...]) -> None:
    for key in value:
        if not _is_key(key):
            raise CannotSave(f"{_shown(place)} has a {type(key).__qualname__} as a key.", "Use text or numbers.")


def _is_opaque(value: Any) -> bool:
    """Say whether a key or a member is written as a tagged dict, which cannot be one where torch reads it."""
    if type(value) is tuple:
        return any(map(_is_opaque, value))
    return isinstance(value, np.generic | frozenset)


def _in_order(values: Iterable[Any]) -> list[Any]:
    """Return the members of a set in an order that hash randomisation does not change."""
    return sorted(values, key=lambda each: (type(each).__name__, repr(each)))


def _shown(place: tuple[Any, ...]) -> str:
    """Return a place as text: ``optimizer.state[0].exp_avg``."""
    text = "".join(f"[{each}]" if not isinstance(each, str) else f".{each}" for each in place)
    return text.removeprefix(".") or "The value"


_WRITERS: dict[type, Callable[[_Encoder, Any, tuple[Any, ...]], None]] = {
    type(None): _Encoder._none,
    bool: _Encoder._bool,
    int: _Encoder._int,
    float: _Encoder._float,
    complex: _Encoder._complex,
    str: _Encoder._str,
    bytes: _Encoder._bytes,
    bytearray: _Encoder._bytes,
    list: _Encoder._list,
    tuple: _Encoder._tuple,
    dict: _Encoder._dict,
    defaultdict: _Encoder._dict,
    OrderedDict: _Encoder._ordered,
    Counter: _Encoder._counter,
    set: _Encoder._set,
    frozenset: _Encoder._frozenset,
    deque: _Encoder._deque,
    np.ndarray: _Encoder._array,
    torch.dtype: _Encoder._dtype,
    torch.Size: _Encoder._size,
    torch.device: _Encoder._device,
    **dict.fromkeys(_TENSORS, _Encoder._tensor),
}
