"""Read back what ``encoding`` wrote. Nothing that the bytes name is imported, looked up or called.

A table holds the few names that may occur and what each stands for; anything else ends the reading. So does any opcode
that ``encoding`` does not write: there is no memo, hence no value that holds itself and no growth beyond the input.
"""

from __future__ import annotations

import math
import struct
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from samerun.state.checkpoint.dtypes import ARRAYS, LATER, OF_STORAGE, STORAGES, name_of
from samerun.state.checkpoint.encoding import DEEPEST, TAG


class Unreadable(Exception):
    """The bytes are not what ``encoding`` writes."""


class _Name(NamedTuple):
    """A name in the pickle, and what is made of the arguments that follow it."""

    text: str
    make: Callable[[_Decoder, tuple[Any, ...]], Any] | None = None
    dtype: torch.dtype | None = None


class _Storage(NamedTuple):
    """One storage: its bytes, and the type if its class names one."""

    data: torch.Tensor
    dtype: torch.dtype | None


def decode(data: bytes | memoryview, storages: Sequence[torch.Tensor]) -> Any:
    """Return the tree of a pickle that ``encode`` made.

    Args:
        data: the pickle.
        storages: for each storage its bytes as a flat uint8 tensor that owns its memory; tensors are put over it
            without a copy.

    Raises:
        Unreadable: ``data`` is anything else, or a tensor does not fill its storage exactly.
    """
    try:
        return _Decoder(bytes(data), storages).run()
    except (IndexError, KeyError, ValueError, TypeError, OverflowError, struct.error, UnicodeError) as error:
        raise Unreadable(f"its values cannot be read: {error}") from error
    except (RuntimeError, AttributeError, RecursionError) as error:
        raise Unreadable(f"its values cannot be read: {error}") from error


class _Decoder:
    """A stack machine for the opcodes that ``encoding`` writes."""

    def __init__(self, data: bytes, storages: Sequence[torch.Tensor]) -> None:
        self._data = data
        self._place = 2
        self._storages = storages
        self._stack: list[Any] = []
        self._frames: list[list[Any]] = []

    def run(self) -> Any:
        """Follow the opcodes to the end, which is where the bytes end."""
        data = self._data
        if data[:2] != b"\x80\x02":
            raise Unreadable("it does not begin as it should")
        while True:
            code = data[self._place]
            self._place += 1
            if code == 0x2E:
                break
            _OPCODES[code](self)
        if len(self._stack) != 1 or self._frames or self._place != len(data):
            raise Unreadable("it does not end as it should")
        return self._plain(self._stack[0])

    def _take(self, size: int) -> bytes:
        found = self._data[self._place : self._place + size]
        if len(found) != size:
            raise Unreadable("it is cut short")
        self._place += size
        return found

    def _finished(self, value: Any) -> Any:
        if type(value) in (_Name, _Storage):
            if type(value) is _Name and value.dtype is not None:
                return value.dtype
            raise Unreadable("a name stands where a value belongs")
        return value

    def none(self) -> None:
        self._stack.append(None)

    def true(self) -> None:
        self._stack.append(True)

    def false(self) -> None:
        self._stack.append(False)

    # The next ones are most of a large file's; each is written out, which takes half the time of calls.
    def byte(self) -> None:
        self._stack.append(self._data[self._place])
        self._place += 1

    def integer(self) -> None:
        self._stack.append(_INTEGER(self._data, self._place)[0])
        self._place += 4

    def long(self) -> None:
        self._stack.append(int.from_bytes(self._take(self._take(1)[0]), "little", signed=True))

    def real(self) -> None:
        self._stack.append(struct.unpack(">d", self._take(8))[0])

    def text(self) -> None:
        start = self._place + 4
        self._place = end = start + _LENGTH(self._data, self._place)[0]
        if end > len(self._data):
            raise Unreadable("it is cut short")
        self._stack.append(str(self._data[start:end], "utf-8", "surrogatepass"))

    def name(self) -> None:
        data = self._data
        end = data.index(b"\n", data.index(b"\n", self._place) + 1)
        text = data[self._place : end]
        self._place = end + 1
        found = _NAMES.get(text)
        if found is None:
            named = text.decode("ascii").replace("\n", ".")
            raise Unreadable(f"it names {named[:80]!r}, which no checkpoint of samerun does")
        self._stack.append(found)

    def mark(self) -> None:
        if len(self._frames) > 2 * DEEPEST + 8:
            raise Unreadable("its values lie too deep in one another")
        self._frames.append(self._stack)
        self._stack = []

    def _since_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._frames.pop()
        return items

    def joined(self) -> None:
        # A tuple may hold names: the arguments of a tensor are one.
        items = self._since_mark()
        self._stack.append(tuple(items))

    def tuple1(self) -> None:
        self._stack[-1:] = [(self._stack[-1],)]
        self._expect_call()

    def tuple2(self) -> None:
        first, second = self._stack[-2:]
        self._stack[-2:] = [(first, second)]
        self._expect_call()

    def _expect_call(self) -> None:
        """These opcodes make arguments only: else tuples could lie in one another without end."""
        if self._data[self._place] != 0x52:
            raise Unreadable("a tuple of an unusual form")

    def empty_tuple(self) -> None:
        self._stack.append(())

    def empty_list(self) -> None:
        self._stack.append([])

    def empty_dict(self) -> None:
        self._stack.append({})

    def appends(self) -> None:
        items = [self._plain(each) for each in self._since_mark()]
        if type(self._stack[-1]) is not list or self._stack[-1]:
            raise Unreadable("items for something that is no new list")
        self._stack[-1].extend(items)

    def setitems(self) -> None:
        items = [self._plain(each) for each in self._since_mark()]
        target = self._stack[-1]
        if type(target) not in (dict, OrderedDict) or target:
            raise Unreadable("keys for something that is no new dict")
        if type(target) is dict and items[:1] == [TAG]:
            self._stack[-1] = _untagged(dict(zip(items[::2], items[1::2], strict=True)))
            return
        target.update(zip(items[::2], items[1::2], strict=True))
        if 2 * len(target) != len(items):
            raise Unreadable("a key occurs twice")

    def build(self) -> None:
        state = self._stack.pop()
        if type(self._stack[-1]) is not OrderedDict or type(state) is not dict or list(state) != ["_metadata"]:
            raise Unreadable("a state for something that takes none")
        vars(self._stack[-1])["_metadata"] = state["_metadata"]

    def persistent(self) -> None:
        word, kind, key, device, _ = self._stack.pop()
        if word != "storage" or device != "cpu" or type(kind) is not _Name or not key.isdecimal():
            raise Unreadable("a reference that is no storage")
        dtype = OF_STORAGE.get(kind.text.partition("\n")[2])
        if dtype is None and kind.text != "torch.storage\nUntypedStorage":
            raise Unreadable("a storage without a type")
        self._stack.append(_Storage(self._storages[int(key)], dtype))

    def reduce(self) -> None:
        arguments, name = self._stack.pop(), self._stack.pop()
        if type(name) is not _Name or name.make is None or type(arguments) is not tuple:
            raise Unreadable("a call of something that is not called")
        self._stack.append(name.make(self, arguments))

    def _plain(self, value: Any) -> Any:
        """Return a value that may stand in a container: names only as types, in tuples too."""
        if type(value) is tuple:
            return tuple(self._plain(each) for each in value)
        return self._finished(value)

    def tensor(self, arguments: tuple[Any, ...]) -> torch.Tensor:
        """Put a tensor over its storage; it fills it exactly."""
        storage, offset, shape, stride, grad, hooks, *later = arguments
        dtype = storage.dtype if not later else self._finished(later[0])
        if type(dtype) is not torch.dtype or (later and storage.dtype is not None) or len(later) > 1:
            raise Unreadable("a tensor without a type")
        if offset != 0 or grad is not False or hooks or len(shape) != len(stride):
            raise Unreadable("a tensor with other traits than samerun writes")
        return _over(storage.data, dtype, shape, stride)


def _over(data: torch.Tensor, dtype: torch.dtype, shape: tuple[int, ...], stride: tuple[int, ...]) -> torch.Tensor:
    number = reach = 1
    for size, step in zip(shape, stride, strict=True):
        if type(size) is not int or type(step) is not int or not (0 <= size < _HUGE and 0 <= step < _HUGE):
            raise Unreadable("a shape or a stride that is no whole number")
        number *= size
        reach += (size - 1) * step
    if number * dtype.itemsize != data.numel() or (number and reach != number):
        raise Unreadable(f"a tensor of shape {shape} over a storage of {data.numel():,} bytes")
    return torch.empty(0, dtype=dtype).set_(data.untyped_storage(), 0, shape, stride)


def _untagged(facts: dict[str, Any]) -> Any:
    kind = facts[TAG]
    if kind == "numpy":
        return _array(facts)
    if kind == "frozenset":
        return frozenset(facts["items"])
    if kind == "set":
        return set(facts["items"])
    if kind == "dict":
        return _keyed(facts)
    if kind == "deque":
        return deque(facts["items"], facts["maxlen"])
    raise Unreadable(f"a value of the unknown type {str(kind)[:40]!r}")


def _keyed(facts: dict[str, Any]) -> dict[Any, Any]:
    kind = OrderedDict if facts["ordered"] is True else dict
    found = kind(zip(facts["keys"], facts["values"], strict=True))
    if len(found) != len(facts["keys"]):
        raise Unreadable("a key occurs twice")
    return found


def _array(facts: dict[str, Any]) -> Any:
    text, shape, data = facts["dtype"], facts["shape"], facts["data"]
    if type(text) is not str or not text.isascii() or text[1:2] not in ARRAYS or len(text) > 40 or "," in text:
        raise Unreadable(f"an array of the type {str(text)[:40]!r}")
    dtype = np.dtype(text)
    if not all(type(size) is int and size >= 0 for size in shape) or data.dtype != torch.uint8:
        raise Unreadable("an array without a shape")
    if math.prod(shape) * dtype.itemsize != data.numel():
        raise Unreadable(f"an array of shape {shape} over {data.numel():,} bytes")
    found = np.frombuffer(data.numpy().tobytes(), dtype=dtype).reshape(shape).copy()
    return found[()] if facts["scalar"] is True else found


def _bytes(decoder: _Decoder, arguments: tuple[Any, ...]) -> bytes:
    text, codec = arguments
    if codec != "latin1":
        raise Unreadable("bytes in another code than latin1")
    return bytes(text.encode("latin-1"))


def _complex(decoder: _Decoder, arguments: tuple[Any, ...]) -> complex:
    real, imaginary = arguments
    if type(real) is not float or type(imaginary) is not float:
        raise Unreadable("a complex number of something else than numbers")
    return complex(real, imaginary)


def _ordered(decoder: _Decoder, arguments: tuple[Any, ...]) -> OrderedDict[Any, Any]:
    if arguments:
        raise Unreadable("an OrderedDict with arguments")
    return OrderedDict()


def _set(decoder: _Decoder, arguments: tuple[Any, ...]) -> set[Any]:
    (items,) = arguments
    if type(items) is not list:
        raise Unreadable("a set of something else than a list")
    return set(items)


def _counter(decoder: _Decoder, arguments: tuple[Any, ...]) -> Counter[Any]:
    (counts,) = arguments
    if type(counts) is not dict:
        raise Unreadable("a Counter of something else than a dict")
    return Counter(counts)


def _size(decoder: _Decoder, arguments: tuple[Any, ...]) -> torch.Size:
    (sizes,) = arguments
    return torch.Size(sizes)


def _device(decoder: _Decoder, arguments: tuple[Any, ...]) -> torch.device:
    (text,) = arguments
    return torch.device(text)


def _named(module: str, name: str, **facts: Any) -> tuple[bytes, _Name]:
    text = f"{module}\n{name}"
    return text.encode(), _Name(text, **facts)


_HUGE = 2**62
_INTEGER = struct.Struct("<i").unpack_from
_LENGTH = struct.Struct("<I").unpack_from

_NAMES: dict[bytes, _Name] = dict(
    [
        _named("torch._utils", "_rebuild_tensor_v2", make=_Decoder.tensor),
        _named("torch._utils", "_rebuild_tensor_v3", make=_Decoder.tensor),
        _named("_codecs", "encode", make=_bytes),
        _named("__builtin__", "complex", make=_complex),
        _named("__builtin__", "set", make=_set),
        _named("collections", "OrderedDict", make=_ordered),
        _named("collections", "Counter", make=_counter),
        _named("torch", "Size", make=_size),
        _named("torch", "device", make=_device),
        _named("torch.storage", "UntypedStorage"),
        *(_named("torch", name) for name in OF_STORAGE),
        *(_named("torch", name_of(dtype), dtype=dtype) for dtype in STORAGES),
        *(_named("torch", name, dtype=dtype) for name, dtype in LATER.items()),
    ]
)

_OPCODES: dict[int, Callable[[_Decoder], None]] = {
    ord("N"): _Decoder.none,
    0x88: _Decoder.true,
    0x89: _Decoder.false,
    ord("K"): _Decoder.byte,
    ord("J"): _Decoder.integer,
    0x8A: _Decoder.long,
    ord("G"): _Decoder.real,
    ord("X"): _Decoder.text,
    ord("c"): _Decoder.name,
    ord("("): _Decoder.mark,
    ord("t"): _Decoder.joined,
    0x85: _Decoder.tuple1,
    0x86: _Decoder.tuple2,
    ord(")"): _Decoder.empty_tuple,
    ord("]"): _Decoder.empty_list,
    ord("}"): _Decoder.empty_dict,
    ord("e"): _Decoder.appends,
    ord("u"): _Decoder.setitems,
    ord("b"): _Decoder.build,
    ord("R"): _Decoder.reduce,
    ord("Q"): _Decoder.persistent,
}
