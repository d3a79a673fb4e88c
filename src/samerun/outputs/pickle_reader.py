"""Read a pickle without unpickling: a machine that follows all opcodes of protocols 0 to 5 and builds records.

It never imports, looks up or calls anything that the pickle names. The values it returns are None, bools, numbers,
texts, bytes (long ones as views into the file), lists, tuples and the records of ``pickle_records``; they may contain
themselves.
"""

from __future__ import annotations

import pickletools
from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING
from collections.abc import Callable
from typing import Any

from samerun.outputs.pickle_records import NEW, NOTHING, Bag, Call, Global, Mapping, Persistent
from samerun.outputs.reading import Unreadable, cut

MAX_OPCODES = 20_000_000
"""How many opcodes of one file are followed: some ten seconds."""

LONG_BYTES = 1 << 12
"""Bytes objects longer than this stay where they are in the file."""

_MARK = object()
_OPCODES = {ord(opcode.code): opcode for opcode in pickletools.opcodes}
_PUSH = {
    *("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"),
    *("STRING", "BINSTRING", "SHORT_BINSTRING", "SHORT_BINBYTES"),
    *("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"),
}
_BYTES = {"BINBYTES": 4, "BINBYTES8": 8, "BYTEARRAY8": 8}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}


class Stream:
    """A place in a view that moves on as bytes are read; what ``pickletools`` needs of a file.

    Args:
        view: all the bytes.
        place: the offset of the next byte.
    """

    def __init__(self, view: memoryview, place: int = 0) -> None:
        self.view = view
        self.place = place
        self.opcodes = 0

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes."""
        found = bytes(self.view[self.place : self.place + max(size, 0)])
        self.place += len(found)
        return found

    def readline(self) -> bytes:
        """Return the bytes up to and with the next newline, or to the end."""
        end, line = -1, b""
        while end < 0 and (chunk := self.read(4096)):
            end = chunk.find(b"\n")
            line += chunk if end < 0 else chunk[: end + 1]
            self.place -= 0 if end < 0 else len(chunk) - end - 1
        return line

    def take(self, size: int) -> memoryview:
        """Return a view of the next ``size`` bytes.

        Raises:
            Unreadable: if there are fewer.
        """
        found = cut(self.view, self.place, size)
        self.place += size
        return found

    def count(self) -> None:
        """Count an opcode against the limit."""
        self.opcodes += 1
        if self.opcodes > MAX_OPCODES:
            raise Unreadable(f"more than {MAX_OPCODES:,} opcodes")


AfterBuild = Callable[[Call, Stream], None]
"""Called after an object got its state; may read what the writer put right behind it."""


def read_pickle(view: memoryview) -> Any:
    """Return what the one pickle in ``view`` would build.

    Raises:
        ValueError: if it is no pickle, is cut short or goes beyond a limit (``IndexError`` and ``TypeError`` likewise).
    """
    return read_next(Stream(view))


def read_next(stream: Stream, after_build: AfterBuild | None = None) -> Any:
    """Return what the next pickle of a stream would build, and leave the stream behind it.

    Args:
        stream: where to read.
        after_build: see ``AfterBuild``.

    Raises:
        ValueError: as ``read_pickle``.
    """
    return _Machine(stream, after_build).run()


class _Machine:
    """The stack and the memo of one pickle."""

    def __init__(self, stream: Stream, after_build: AfterBuild | None) -> None:
        self._stream = stream
        self._after_build = after_build
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}
        self._protocol = 0

    def run(self) -> Any:
        """Follow opcodes up to STOP."""
        while True:
            code = self._stream.read(1)
            if not code or code[0] not in _OPCODES:
                raise Unreadable(f"no opcode at byte {self._stream.place}")
            opcode = _OPCODES[code[0]]
            self._stream.count()
            if opcode.name == "STOP":
                return self._pop()
            self._follow(opcode)

    def _follow(self, opcode: pickletools.OpcodeInfo) -> None:
        name = opcode.name
        if name in _BYTES:
            self._push(self._long_bytes(_BYTES[name]))
            return
        arg = None if opcode.arg is None else opcode.arg.reader(self._stream)  # type: ignore[arg-type]
        if name in _PUSH:
            self._push(arg)
        elif name in _CONSTANTS:
            self._push(_CONSTANTS[name])
        else:
            _HANDLERS[name](self, arg)

    def _long_bytes(self, width: int) -> bytes | memoryview:
        found = self._stream.take(int.from_bytes(self._stream.take(width), "little"))
        return found if len(found) > LONG_BYTES else bytes(found)

    def _push(self, value: Any) -> None:
        self._stack.append(value)

    def _pop(self) -> Any:
        value = self._stack.pop()
        if value is _MARK:
            raise Unreadable("a mark where a value belongs")
        return value

    def _top(self) -> Any:
        value = self._stack[-1]
        if value is _MARK:
            raise Unreadable("a mark where a value belongs")
        return value

    def _since_mark(self) -> list[Any]:
        """Take off and return what was pushed since the last mark."""
        place = len(self._stack) - 1
        while self._stack[place] is not _MARK:
            place -= 1
            if place < 0:
                raise Unreadable("a mark is missing")
        items = self._stack[place + 1 :]
        del self._stack[place:]
        return items

    def nothing(self, arg: Any) -> None:
        """FRAME and READONLY_BUFFER change nothing."""

    def proto(self, arg: int) -> None:
        self._protocol = arg

    def mark(self, arg: Any) -> None:
        self._push(_MARK)

    def pop(self, arg: Any) -> None:
        self._stack.pop()

    def pop_mark(self, arg: Any) -> None:
        self._since_mark()

    def dup(self, arg: Any) -> None:
        self._push(self._top())

    def put(self, arg: int) -> None:
        self._memo[arg] = self._top()

    def memoize(self, arg: Any) -> None:
        self._memo[len(self._memo)] = self._top()

    def get(self, arg: int) -> None:
        self._push(self._memo[arg])

    def empty_list(self, arg: Any) -> None:
        self._push([])

    def build_list(self, arg: Any) -> None:
        self._push(self._since_mark())

    def append(self, arg: Any) -> None:
        value = self._pop()
        self._extend(self._top(), [value])

    def appends(self, arg: Any) -> None:
        items = self._since_mark()
        self._extend(self._top(), items)

    def _extend(self, target: Any, items: list[Any]) -> None:
        if isinstance(target, list):
            target.extend(items)
        elif isinstance(target, Call):
            target.items.extend(items)
        else:
            raise Unreadable(f"items for a {type(target).__name__}")

    def empty_tuple(self, arg: Any) -> None:
        self._push(())

    def build_tuple(self, arg: Any) -> None:
        self._push(tuple(self._since_mark()))

    def tuple1(self, arg: Any) -> None:
        self._push((self._pop(),))

    def tuple2(self, arg: Any) -> None:
        last, first = self._pop(), self._pop()
        self._push((first, last))

    def tuple3(self, arg: Any) -> None:
        last, middle, first = self._pop(), self._pop(), self._pop()
        self._push((first, middle, last))

    def empty_dict(self, arg: Any) -> None:
        self._push(Mapping())

    def build_dict(self, arg: Any) -> None:
        self._push(Mapping(_paired(self._since_mark())))

    def setitem(self, arg: Any) -> None:
        value, key = self._pop(), self._pop()
        self._set(self._top(), [(key, value)])

    def setitems(self, arg: Any) -> None:
        pairs = _paired(self._since_mark())
        self._set(self._top(), pairs)

    def _set(self, target: Any, pairs: list[tuple[Any, Any]]) -> None:
        if not isinstance(target, Mapping | Call):
            raise Unreadable(f"keys for a {type(target).__name__}")
        target.pairs.extend(pairs)

    def empty_set(self, arg: Any) -> None:
        self._push(Bag())

    def additems(self, arg: Any) -> None:
        items = self._since_mark()
        target = self._top()
        if not isinstance(target, Bag | Call):
            raise Unreadable(f"members for a {type(target).__name__}")
        target.items.extend(items)

    def frozenset(self, arg: Any) -> None:
        self._push(Bag(self._since_mark(), frozen=True))

    def next_buffer(self, arg: Any) -> None:
        self._push(Persistent("a buffer outside of the file"))

    def extension(self, arg: int) -> None:
        self._push(Global("copyreg", f"extension {arg}"))

    def global_(self, arg: str) -> None:
        self._push(self._named(arg))

    def _named(self, arg: str) -> Global:
        """Return a name; up to protocol 2 they are those of Python 2, which unpickling translates."""
        module, _, name = arg.partition(" ")
        if self._protocol < 3:
            module, name = NAME_MAPPING.get((module, name), (IMPORT_MAPPING.get(module, module), name))
        return Global(module, name)

    def stack_global(self, arg: Any) -> None:
        name, module = self._pop(), self._pop()
        if not (isinstance(name, str) and isinstance(module, str)):
            raise Unreadable("a name that is no text")
        self._push(Global(module, name))

    def reduce(self, arg: Any) -> None:
        args, function = self._pop(), self._pop()
        self._push(Call(function, args))

    def newobj(self, arg: Any) -> None:
        args, function = self._pop(), self._pop()
        self._push(Call(NEW, (function, *_arguments(args))))

    def newobj_ex(self, arg: Any) -> None:
        kwargs, args, function = self._pop(), self._pop(), self._pop()
        self._push(Call(NEW, (function, *_arguments(args)), kwargs))

    def obj(self, arg: Any) -> None:
        function, *args = self._since_mark()
        self._push(Call(function, tuple(args)))

    def inst(self, arg: str) -> None:
        self._push(Call(self._named(arg), tuple(self._since_mark())))

    def build(self, arg: Any) -> None:
        state, target = self._pop(), self._top()
        if not isinstance(target, Call):
            raise Unreadable(f"a state for a {type(target).__name__}")
        target.state = state if target.state is NOTHING else (target.state, state)
        if self._after_build is not None:
            self._after_build(target, self._stream)

    def persid(self, arg: str) -> None:
        self._push(Persistent(arg))

    def binpersid(self, arg: Any) -> None:
        self._push(Persistent(self._pop()))


def _paired(items: list[Any]) -> list[tuple[Any, Any]]:
    if len(items) % 2:
        raise Unreadable("a key without a value")
    return list(zip(items[::2], items[1::2], strict=True))


def _arguments(args: Any) -> tuple[Any, ...]:
    if not isinstance(args, tuple):
        raise Unreadable("arguments that are no tuple")
    return args


_HANDLERS: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("FRAME", "READONLY_BUFFER"), _Machine.nothing),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Machine.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Machine.get),
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), _Machine.extension),
    "PROTO": _Machine.proto,
    "MARK": _Machine.mark,
    "POP": _Machine.pop,
    "POP_MARK": _Machine.pop_mark,
    "DUP": _Machine.dup,
    "MEMOIZE": _Machine.memoize,
    "EMPTY_LIST": _Machine.empty_list,
    "LIST": _Machine.build_list,
    "APPEND": _Machine.append,
    "APPENDS": _Machine.appends,
    "EMPTY_TUPLE": _Machine.empty_tuple,
    "TUPLE": _Machine.build_tuple,
    "TUPLE1": _Machine.tuple1,
    "TUPLE2": _Machine.tuple2,
    "TUPLE3": _Machine.tuple3,
    "EMPTY_DICT": _Machine.empty_dict,
    "DICT": _Machine.build_dict,
    "SETITEM": _Machine.setitem,
    "SETITEMS": _Machine.setitems,
    "EMPTY_SET": _Machine.empty_set,
    "ADDITEMS": _Machine.additems,
    "FROZENSET": _Machine.frozenset,
    "NEXT_BUFFER": _Machine.next_buffer,
    "GLOBAL": _Machine.global_,
    "STACK_GLOBAL": _Machine.stack_global,
    "REDUCE": _Machine.reduce,
    "NEWOBJ": _Machine.newobj,
    "NEWOBJ_EX": _Machine.newobj_ex,
    "OBJ": _Machine.obj,
    "INST": _Machine.inst,
    "BUILD": _Machine.build,
    "PERSID": _Machine.persid,
    "BINPERSID": _Machine.binpersid,
}
