"""What each line of a code object reads, binds and may change, from its bytecode.

The source may not be there (``-c``, a notebook's cell, a file that has been changed since); the bytecode always is.
"""

from __future__ import annotations

import dis

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Optional

    Path = tuple[str, ...]

_ATTRIBUTES = frozenset(["LOAD_ATTR", "LOAD_METHOD"])
_ITEMS = frozenset(["STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE", "DELETE_ATTR"])
_NEUTRAL = frozenset(["CACHE", "PRECALL", "EXTENDED_ARG", "NOP", "PUSH_NULL", "RESUME", "NOT_TAKEN"])
_NEXT = frozenset(["FOR_ITER", "GET_ANEXT"])
_COPIES = frozenset(["COPY", "DUP_TOP"])
_NAMES = ("_FAST", "_NAME", "_GLOBAL", "_DEREF", "_CLASSDEREF", "_FROM_DICT_OR_GLOBALS", "_FROM_DICT_OR_DEREF")


class Line:
    """One line of a function.

    Attributes:
        reads: what it loads, as paths (``("self", "model")``), in order, each once; a name that is only asked whether
            it holds something (``in``) is left out, since no order of it can be seen so.
        binds: the names that it binds, and the attributes, as paths.
        changes: whether it calls something or stores into an item, and so may change what it reads.
        calls: whether it calls something.
        words: the names and attributes on it: ``backward``, ``print`` ...
        first: the first line of its statement; ``last`` the last one.
        loops: where its loops take their next item: what is looped over was read before.
        leaves: the lines of the ``with`` that it returns out of, which are executed once more before it is done.
        inlined: whether a comprehension runs on it, as a part of its function (since 3.12).
        shown: the line by which a statement over several lines is named: the first one on which something is called.
    """

    __slots__ = ("binds", "calls", "changes", "first", "inlined", "last", "leaves", "loops", "reads", "shown", "words")

    def __init__(self) -> None:
        self.reads: dict[Path, None] = {}
        self.binds: dict[Path, None] = {}
        self.changes = False
        self.calls = self.inlined = False
        self.loops: set[int] = set()
        self.leaves: frozenset[int] = frozenset()
        self.words: set[str] = set()
        self.first = self.last = self.shown = 0

    def join(self, other: Line, number: int, span: tuple[int, int]) -> None:
        """Take in a line of the same statement; ``span`` is the statement's first line and its last one."""
        self.first, self.last = span
        if other.calls and (not self.calls or number < self.shown):
            self.shown = number
        elif not self.calls:
            self.shown = self.first
        self.reads.update(other.reads)
        self.binds.update(other.binds)
        self.words |= other.words
        self.loops |= other.loops
        self.changes |= other.changes
        self.calls |= other.calls
        self.inlined |= other.inlined

    def leave_out(self, names: frozenset[str]) -> None:
        """Forget what is read of these names, and bound to them as they stand."""
        self.reads = {path: None for path in self.reads if path[0] not in names}
        self.binds = {path: None for path in self.binds if path not in {(name,) for name in names}}


def lines_of(code: CodeType) -> dict[int, Line]:
    """Return what there is to know of each line of a code object (not of those that lie within it)."""
    return _Scan(code).lines


class _Scan:
    """One walk over the instructions; ``chain`` is the path that has just been loaded."""

    def __init__(self, code: CodeType) -> None:
        self.lines: dict[int, Line] = {}
        self.line = Line()
        self.chain: Optional[list[str]] = None
        self.copied: Optional[list[str]] = None
        starts = {offset: number for offset, number in dis.findlinestarts(code) if number is not None}
        for each in dis.get_instructions(code):
            if each.offset in starts:
                self._close()
                self.line = self.lines.setdefault(starts[each.offset], Line())
            if each.opname in _NEXT:
                self.line.loops.add(each.offset)
            self._see(each.opname, each.argval)
        self._close()

    def _see(self, name: str, argument: Any) -> None:
        self.line.inlined |= name == "LOAD_FAST_AND_CLEAR"
        if name in _ATTRIBUTES and self.chain is not None:
            self.chain.append(_attribute(argument))
        elif name in _COPIES:
            self.copied = list(self.chain) if self.chain is not None else self.copied
        elif name == "STORE_ATTR":
            self._bind_attribute(_attribute(argument))
        elif name == "CONTAINS_OP":
            self.chain = None
        elif name.startswith(("LOAD_", "STORE_")) and any(word in name for word in _NAMES):
            self._names(name, argument)
        elif name not in _NEUTRAL:
            self._close()
            self.line.calls |= name.startswith("CALL")
            self.line.changes |= name in _ITEMS or name.startswith("CALL")

    def _names(self, name: str, argument: Any) -> None:
        """Take an instruction that loads or binds names; since 3.12 one may do two of these."""
        names = argument if isinstance(argument, tuple) else (argument,)
        acts = [part for part in name.split("_") if part in ("LOAD", "STORE")]
        for act, each in zip(acts if len(acts) == len(names) else acts[:1] * len(names), names):
            self._close()
            if act == "STORE":
                self.line.binds[(str(each),)] = None
            else:
                self.chain = [str(each)]

    def _bind_attribute(self, attribute: str) -> None:
        base = self.chain or self.copied
        self.chain = self.copied = None
        if base:
            self.line.binds[(*base, attribute)] = None
        else:
            self.line.changes = True

    def _close(self) -> None:
        """Keep the path that has been loaded."""
        if self.chain:
            self.line.reads[tuple(self.chain)] = None
            self.line.words.update(self.chain)
        elif self.chain is not None:
            self.chain = None
        self.chain = None


def _attribute(argument: Any) -> str:
    """Return the name of an attribute; some versions put a mark beside it."""
    return str(argument[-1] if isinstance(argument, tuple) else argument)
