"""Follows the user's frames: each line is finished when the next event of its frame comes.

``sys.settrace`` is used in every version; a debugger or a coverage tool that sets its own takes its place.
"""

from __future__ import annotations

import atexit
import os
import sys
from _thread import _local, get_ident

from .. import events, frames, identity, imports
from ..conditions import asked
from . import generators, written
from .channel import Channel
from .fingerprints import fingerprint
from .libraries import gradients
from .own_code import lines_in
from .paths import MISSING, resolve
from .sampling import FIRST, LATER, is_taken

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Optional

    from .reading_code import Line, Path

_MODULE = type(sys)
_LEFT_OUT = frozenset(map(id, [_MODULE, type(len), type(lambda: 0), type, type(os.environ)]))
"""Types of which nothing is to be seen on a line that only calls them."""

_COMPREHENSIONS = frozenset(["<listcomp>", "<setcomp>", "<dictcomp>"])
_AWAITS = 0x80 | 0x100 | 0x200  # inspect's CO_COROUTINE, CO_ITERABLE_COROUTINE, CO_ASYNC_GENERATOR


class _State:
    """What this process writes to, and what is known of its code."""

    def __init__(self) -> None:
        self.folder = ""
        self.channel: Optional[Channel] = None
        self.epoch = 0


class _Thread(_local):
    """One thread: its name, and its lines by code object and number."""

    def __init__(self) -> None:
        self.name = _thread_name()
        self.lines: dict[int, dict[int, _Seen]] = {}


class _Seen:
    """One line of one thread: how often it began, and its parts."""

    __slots__ = ("count", "line", "number", "parts", "plain", "spent")

    def __init__(self, number: int, line: Line) -> None:
        self.number = number
        self.line = line
        self.plain = line.first == line.last and not line.loops and not line.inlined
        self.count = 0
        self.parts: dict[tuple[str, str], int] = {}
        self.spent: dict[Any, int] = {}


_state = _State()
_threads: list[_Thread] = []


def install(mode: str) -> None:
    """Follow this process's user code from now on; ``mode`` is not used."""
    # The inner dictionary of os.environ: asking os.environ itself would count as the program reading the variable.
    inner: Any = os.environ._data  # type: ignore[attr-defined]
    _state.folder = os.fsdecode(inner.get(b"SAMERUN_RUN", b""))
    if not _state.folder:
        return
    _open()
    identity.when_entered(_open)
    identity.when_settled(_open)
    imports.when_imported("threading", lambda module: module.settrace(_enter))
    imports.when_imported("multiprocessing.util", _end_with_workers)
    written.install(_written_now, (_state.folder, events.spool()))
    atexit.register(_flush)
    sys.settrace(_enter)


def _open() -> None:
    """Open a trace of this process's own; the lines of the parent's threads are not its own."""
    if _state.channel is not None:
        _state.channel.close()
    _threads[:] = [_Thread()]
    _state.epoch += 1
    _state.channel = Channel(_state.folder, identity.label())


def _end_with_workers(util: Any) -> None:
    """Write the rest where multiprocessing ends a worker, which leaves without ``atexit``."""
    util.Finalize(None, _flush, exitpriority=-1000)
    util.register_after_fork(_state, lambda state: util.Finalize(None, _flush, exitpriority=-1000))


def _flush() -> None:
    try:
        if _state.channel is not None:
            _state.channel.flush()
    except Exception as error:  # the edge to the user's program
        events.fault("trace", error)


def _thread_name() -> str:
    """Return the name of this thread, empty for the first one."""
    if get_ident() == identity.main_thread():
        return ""
    active = getattr(sys.modules.get("threading"), "_active", {}).get(get_ident())
    return "?" if active is None else str(active.name)


def _enter(frame: FrameType, event: str, argument: Any) -> Any:
    """Decide, at a call, whether a frame is followed: the global trace function."""
    if not frames.is_user(frame):
        return None
    try:
        own = frame.f_trace
        if type(own) is _Following:  # a generator or a coroutine that goes on
            own.go_on(frame)
            return own
        return _Following(frame)
    except Exception as error:  # the edge to the user's program
        events.fault("trace", error)
        return None


class _Following:
    """Follows one frame; called with each of its events.

    ``seen`` is the line that is being executed, ``inputs`` what it read, None where this execution is passed over.
    """

    __slots__ = ("began", "code", "enclosing", "epoch", "inputs", "iterates", "lines", "looped", "seen", "states")

    def __init__(self, frame: FrameType) -> None:
        self.code = lines_in(frame.f_code)
        self.epoch = _state.epoch
        self.lines = _threads[0].lines.setdefault(id(frame.f_code), {})
        self.seen: Optional[_Seen] = None
        self.inputs: Optional[dict[Path, tuple[int, int]]] = None
        self.began = 0
        self.states: Optional[dict[str, int]] = None
        self.iterates = False
        self.looped: dict[int, Optional[dict[Path, tuple[int, int]]]] = {}
        self.enclosing: Optional[tuple[int, int]] = None
        if frame.f_code.co_name[:1] != "<":
            _give(frame)
        elif frame.f_code.co_varnames[:1] == (".0",):
            self.enclosing = _read_around(frame)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line" and self.inputs is None:
            seen = self.lines.get(frame.f_lineno)
            if seen is not None and seen.plain and seen.count >= FIRST and seen.count + 1 not in LATER:
                seen.count += 1  # the short way of the many executions that are passed over
                self.seen = seen
                return self
        try:
            if self.epoch != _state.epoch:
                self._enter_fork(frame)
            if event == "line":
                if not self._goes_on(frame):
                    self._finish(frame, str(frame.f_lineno))
                    self._begin(frame, frame.f_lineno)
            elif event == "return":
                self._finish(frame, "returned", argument)
            elif event == "exception":
                self._raised(argument)
        except Exception as error:  # the edge to the user's program
            if events.is_foreign(error):
                raise
            events.fault("trace", error)
        return self

    def _enter_fork(self, frame: FrameType) -> None:
        """Go on in a forked child, whose trace knows nothing of what the parent has defined in its own."""
        self.epoch = _state.epoch
        self.lines = _threads[0].lines.setdefault(id(frame.f_code), {})
        self.seen = self.inputs = None
        self.looped.clear()

    def _goes_on(self, frame: FrameType) -> bool:
        """Say whether a line belongs to the step that is being executed: a statement, or a whole comprehension."""
        if self.seen is None:
            return False
        line, number = self.seen.line, frame.f_lineno
        if not line.first <= number <= line.last:
            return number in line.leaves
        return line.first < line.last or line.inlined or frame.f_code.co_name in _COMPREHENSIONS

    def go_on(self, frame: FrameType) -> None:
        """Take up a generator at the line at which it stood; one that awaited began before it was put off."""
        began = self.began
        self._begin(frame, frame.f_lineno)
        if frame.f_code.co_flags & _AWAITS:
            self.began = began

    def _begin(self, frame: FrameType, number: int) -> None:
        """Note what a line reads, before it is executed."""
        seen = self.seen = self.lines.get(number) or _seen(frame, self.code, self.lines, number)
        self.inputs = None
        if seen is None:
            return
        seen.count += 1
        self.iterates = frame.f_lasti in seen.line.loops
        taken = is_taken(seen.count)
        self.states = generators.states() if taken and (seen.line.calls or self.iterates) else None
        if self.iterates:
            known = self.looped.get(number) if taken else None
            self.inputs, self.began = None if known is None else dict(known), events.now() if taken else 0
            return
        if seen.line.loops:
            self.looped[number] = None
        if not taken:
            return
        self.inputs = {}
        self.began = events.now()
        if self.enclosing:
            self.inputs[("<enclosing>",)] = self.enclosing
        for path in seen.line.reads:
            value = resolve(frame, path)
            if value is not MISSING and id(type(value)) not in _LEFT_OUT and _affordable(seen, ("in", path)):
                content, order, cost = fingerprint(value)
                _spend(seen, ("in", path), cost)
                self.inputs[path] = (content, order)
        if seen.line.loops:
            self.looped[number] = dict(self.inputs)

    def _finish(self, frame: FrameType, following: str, returned: Any = MISSING) -> None:
        """Note what a line has done, after it was executed."""
        seen, inputs = self.seen, self.inputs
        self.seen = self.inputs = None
        if seen is None or inputs is None:
            return
        moment = events.now()
        for path, (content, order) in inputs.items():
            _record(seen, "in", ".".join(path), self.began, content, order)
        for name, old, now in () if self.states is None else generators.changed(self.states):
            _record(seen, "in", name, self.began, old, old)
            _record(seen, "touched", name, moment, now, now)
        for path in seen.line.binds:
            self._after(frame, seen, "out", path, moment)
        if seen.line.changes and not self.iterates:
            for path, before in inputs.items():
                if path not in seen.line.binds and path in seen.line.reads:
                    self._after(frame, seen, "touched", path, moment, before)
        if "backward" in seen.line.words:
            self._gradients(frame, seen, moment)
        if returned is not MISSING and returned is not None:
            content, order, _ = fingerprint(returned)
            _record(seen, "returned", "", moment, content, order)
            if not _hand_back(frame, content, order):
                _record(seen, "left", "", moment, content, order)
                _flush()  # a pool may end its workers by a signal at any moment from now on
        # When it began stands in the place of the order, which a line's number has none of.
        _record(seen, "next", "", moment, int(following) if following.isdigit() else 0, self.began)
        written.finish(seen, moment)

    def _after(
        self,
        frame: FrameType,
        seen: _Seen,
        role: str,
        path: Path,
        moment: int,
        before: Optional[tuple[int, int]] = None,
    ) -> None:
        value = resolve(frame, path)
        if value is MISSING or not _affordable(seen, (role, path)):
            return
        content, order, cost = fingerprint(value)
        _spend(seen, (role, path), cost)
        if (content, order) != before:
            _record(seen, role, ".".join(path), moment, content, order)
        if role == "out":
            written.watch(value)

    def _gradients(self, frame: FrameType, seen: _Seen, moment: int) -> None:
        """Note the gradients that a backward pass has left in what its loss was computed from."""
        for path in seen.line.reads:
            leaves = gradients(resolve(frame, path))
            if leaves and _affordable(seen, ("touched", "gradients")):
                content, order, cost = fingerprint(leaves)
                _spend(seen, ("touched", "gradients"), cost)
                _record(seen, "touched", "gradients", moment, content, order)

    def _raised(self, argument: Any) -> None:
        if self.seen is not None and self.inputs is not None:
            content, order, _ = fingerprint(argument[0])
            _record(self.seen, "raised", "", events.now(), content, order)


def _seen(frame: FrameType, code: dict[int, Line], lines: dict[int, _Seen], number: int) -> Optional[_Seen]:
    """Return what is kept of a line in this thread, and of all lines of its statement."""
    if number not in code or _state.channel is None:
        return None
    line = code[number]
    seen = lines.get(line.first)
    if seen is None or seen.line is not line:
        file = asked.relative(frames.place(frame.f_code.co_filename))
        defined = _state.channel.define(b"L", _threads[0].name, file, line.shown, frame.f_code.co_name)
        seen = lines[line.first] = _Seen(defined, line)
    lines[number] = seen
    return seen


def _record(seen: _Seen, role: str, name: str, moment: int, content: int, order: int) -> None:
    channel = _state.channel
    if channel is None:
        return
    part = seen.parts.get((role, name))
    if part is None:
        part = seen.parts[(role, name)] = channel.define(b"P", seen.number, role, name)
    channel.record(part, seen.count & 0xFFFFFFFF, moment, content, order)


def _give(frame: FrameType) -> None:
    """Note what a function was given, as part of the user's line that called it."""
    own = _caller(frame)
    if own is None or own.seen is None:
        return
    code = frame.f_code
    count = code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)
    moment = events.now()
    for name in code.co_varnames[:count]:
        value = frame.f_locals.get(name, MISSING)
        part = ("given", (code.co_name, name))
        if value is not MISSING and name not in ("self", "cls") and _affordable(own.seen, part):
            content, order, cost = fingerprint(value)
            _spend(own.seen, part, cost)
            _record(own.seen, "given", code.co_name + "." + name, moment, content, order)


def _read_around(frame: FrameType) -> Optional[tuple[int, int]]:
    """Return what the line around a comprehension has read: its iterator shows nothing of where it comes from."""
    own = _caller(frame)
    content = order = 0
    if own is None or own.inputs is None:
        return None
    for one, other in own.inputs.values():
        content, order = _mixed(content, one), _mixed(order, other)
    return content, order


def _hand_back(frame: FrameType, content: int, order: int) -> bool:
    """Note what a function of the user's returned as something that the line which called it has read.

    Returns:
        Whether there is such a line; a worker's function was called by a library alone.
    """
    own = _caller(frame)
    if own is not None and own.inputs is not None:
        path = (frame.f_code.co_name + "()",)
        before = own.inputs.get(path)
        after = (_mixed(before[0], content), _mixed(before[1], order)) if before else (content, order)
        own.inputs[path] = after
    return own is not None


def _mixed(one: int, other: int) -> int:
    return (one * 0x9E3779B97F4A7C15 + other + 1) & 0xFFFFFFFFFFFFFFFF


def _caller(frame: FrameType) -> Optional[_Following]:
    """Return what follows the nearest line of the user's above a frame, if its execution is looked at."""
    above = frame.f_back
    for _ in range(_FARTHEST):
        if above is None:
            return None
        own = above.f_trace
        if type(own) is _Following:
            return own if own.inputs is not None and own.epoch == _state.epoch else None
        above = above.f_back
    return None


_FARTHEST = 60
_MOST_BYTES = 32 << 20


def _affordable(seen: _Seen, part: Any) -> bool:
    """Say whether a part is looked at this time: those that have cost much are looked at ever more seldom."""
    return seen.spent.get(part, 0) < _MOST_BYTES or is_taken(seen.count, 8)


def _spend(seen: _Seen, part: Any, cost: int) -> None:
    seen.spent[part] = seen.spent.get(part, 0) + cost


def _written_now(seen: Any, name: str, moment: int, digest: int) -> None:
    _record(seen, "written", name, moment, digest, digest)
