"""``deterministic(level)``: the same numbers from the same program, on this machine or on another.

Four levels: ``off`` (the libraries' own defaults), ``warn`` (deterministic kernels where there are some, a warning
where there is none), ``strict`` (an error where there is none), ``portable`` (strict, and the number of threads, the
instruction set and the precision are pinned, so that two machines agree).

A switch that a library has read already cannot be set any more. Then nothing is set at all, and ``SetTooLate`` says
which variable, what is in effect instead, and how to start the program.
"""

from __future__ import annotations

import os
import sys
import threading
import warnings
import weakref
from collections.abc import Sequence
from functools import partial
from types import TracebackType
from typing import Any

from samerun.errors import BadOption, SetTooLate
from samerun.state import operations
from samerun.state.environment import put
from samerun.state.switches import LIBRARIES
from samerun.state.switches.hashing import NAME as HASH_SEED
from samerun.state.switches.hashing import effective as hash_seed
from samerun.state.switches.processor import lacks_pinned
from samerun.state.switches.switch import LEVELS, Asked, Flags, Level, Library, Variable
from samerun.state.when_imported import when_imported

_lock = threading.RLock()
OFF = Asked("off")


class _Standing:
    """What is asked for in this process: by whom, and what there was before anybody asked."""

    def __init__(self) -> None:
        self.asked = OFF
        self.held: list[weakref.ref[Determinism]] = []
        self.flags: dict[str, Flags] = {}
        self.environment: dict[str, str | None] = {}
        self.waiting = False
        self.told = False


_standing = _Standing()


def deterministic(level: Level = "strict", *, threads: int = 1) -> Determinism:
    """Ask every library for deterministic calculations, at once; with ``with``, until the end of the block.

    Libraries that the program has imported are set now, others right after their import; none is imported here. The
    switches belong to the process, not to a thread. Costs about a millisecond.

    Args:
        level: ``off``, ``warn``, ``strict`` or ``portable``.
        threads: how many threads ``portable`` pins in each library; both machines must have as many processors.

    Returns:
        A context manager, already in force: at the end of the block every switch and environment variable that it
        touched has its former value. Without ``with`` it stays in force.

    Raises:
        BadOption: there is no such level, no such number of threads, or the processor lacks what ``portable`` pins.
        SetTooLate: a library has read a variable already, and not the value that the level needs; nothing was set.
            ``warn`` warns instead and sets the rest.
    """
    asked = _checked(level, threads)
    with _lock:
        held = Determinism(asked)
        held._begin()
    _tell_of_hashes(asked)
    return held


def current() -> Asked:
    """Return what is asked for in this process."""
    return _standing.asked


class Determinism:
    """A level in force; made by ``deterministic``. A block that ends takes back what was asked for inside it too."""

    def __init__(self, asked: Asked) -> None:
        self.level = asked.level
        self._asked = asked
        self._before = _standing.asked
        self._watched = operations.is_watching()
        self._flags: dict[str, Flags] = {}
        self._environment: dict[str, str | None] = {}
        self._arrived: list[Library] = []
        self._over = False

    def __repr__(self) -> str:
        return f"<deterministic: {self.level}{' (given back)' if self._over else ''}>"

    def __enter__(self) -> Determinism:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        operations.note_error(error)
        self.undo()

    def undo(self) -> None:
        """Give back every switch and variable that was touched since; a second time does nothing."""
        with _lock:
            if not self._over:
                self._end()

    def _begin(self) -> None:
        """Set everything, or nothing."""
        for library in present():
            self._flags[library.name] = library.capture(self._asked)
        variables = [variable for library in LIBRARIES for variable in library.variables(self._asked)]
        self._refuse([variable for variable in variables if _is_out_of_reach(variable)])
        _standing.held = [reference for reference in _standing.held if reference() is not None]
        _standing.held.append(weakref.ref(self))
        try:
            self._set(variables)
        except BaseException:
            self._end()
            raise
        _remember(self._flags, self._environment)

    def _set(self, variables: Sequence[Variable]) -> None:
        if not self._asked.any:
            _give_back_all()
        for variable in variables:
            self._put(variable)
        # What is a first use comes last: it cannot be undone.
        ordered = sorted(variables, key=lambda variable: variable.probing)
        for variable in ordered:
            self._refuse([variable] if not _has_taken(variable) else [])
        for library in present():
            library.ask(self._asked)
        _standing.asked = self._asked
        _wait_for_imports()
        (operations.watch if self._asked.any else operations.unwatch)()

    def _put(self, variable: Variable) -> None:
        before = os.environ.get(variable.name)
        if before not in (variable.value, *variable.keep):
            self._environment.setdefault(variable.name, before)
            put(variable.name, variable.value)

    def _refuse(self, late: list[Variable]) -> None:
        if not late:
            return
        error = _too_late(late, self._asked)
        if self._asked.level != "warn":
            raise error
        warnings.warn(str(error), UserWarning, stacklevel=4)

    def _end(self) -> None:
        """Give everything back, in the order in which it was set; what was asked for since is over too."""
        mine = next(place for place, reference in enumerate(_standing.held) if reference() is self)
        later = [reference() for reference in _standing.held[mine:]]
        del _standing.held[mine:]
        for held in reversed([held for held in later if held is not None]):
            held._over = True
            held._restore()
        _standing.asked = self._before
        for library in self._arrived:
            if self._before.any:
                library.ask(self._before)
        (operations.watch if self._watched else operations.unwatch)()

    def _restore(self) -> None:
        for library in present():
            if library.name in self._flags:
                library.restore(self._flags[library.name])
        for name, value in self._environment.items():
            put(name, value)

    def _meet(self, library: Library) -> None:
        """Note what a library brings that was imported since."""
        if library.name not in self._flags:
            self._flags[library.name] = library.capture(self._asked)
            self._arrived.append(library)
            _remember({library.name: self._flags[library.name]}, {})


def _checked(level: Any, threads: Any) -> Asked:
    if level not in LEVELS:
        raise BadOption(
            f"There is no level {level!r} of determinism.",
            'The levels are "off", "warn", "strict" and "portable".',
            level=level,
        )
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 1024:
        raise BadOption(f"{threads!r} is no number of threads.", "Give a whole number from 1 to 1024.", threads=threads)
    if level == "portable" and lacks_pinned():
        raise BadOption(
            "This processor has no AVX2 and FMA, which the level portable pins on x86-64.",
            'Use the level "strict" here, or a machine with them.',
        )
    return Asked(level, threads)


def present() -> list[Library]:
    """Return the libraries that this process has imported; those without a module look for themselves."""
    return [library for library in LIBRARIES if not library.module or _is_whole(library.module)]


def _is_whole(module: str) -> bool:
    """Say whether a module is imported, and not still being imported."""
    found = sys.modules.get(module)
    return found is not None and not getattr(getattr(found, "__spec__", None), "_initializing", False)


def _is_out_of_reach(variable: Variable) -> bool:
    """Say whether a library has read another value already and takes no new one, by looking only."""
    if variable.probing or variable.put is not None or not variable.passed():
        return False
    return not _is_in_effect(variable)


def _has_taken(variable: Variable) -> bool:
    """Say whether a variable that is set now is in effect, or will be; make it so where a library allows that."""
    if not variable.passed() or _is_in_effect(variable):
        return True
    return variable.put is not None and variable.put() and _is_in_effect(variable)


def _is_in_effect(variable: Variable) -> bool:
    """Say whether a value is in effect; where the library does not tell, whether the environment has it."""
    effective = variable.effective()
    if effective is None:
        return os.environ.get(variable.name) in (variable.value, *variable.keep)
    return variable.agrees(effective)


def _too_late(late: Sequence[Variable], asked: Asked) -> SetTooLate:
    first = late[0]
    effective = first.effective()
    found = f"; in effect is {effective}" if effective else ""
    rest = f" The same goes for {', '.join(f'{v.name}={quoted(v.value)}' for v in late[1:])}." if late[1:] else ""
    settings = " ".join(f"{variable.name}={quoted(variable.value)}" for variable in late)
    script = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] not in ("", "-c", "-m") else "train.py"
    option = "--portable" if asked.portable else "--deterministic"
    # A recording gives a hash seed of its own, so the program's wish must come from outside there too.
    recorded = f"{settings} samerun record {option}" if first.name == HASH_SEED else f"samerun record {option}"
    return SetTooLate(
        f"{first.name}={quoted(first.value)} must be set {first.moment}, and it is too late for that{found}.{rest}",
        f"Start the program with `{recorded} -- python {script}` or with `{settings} python {script}`.",
        variable=first.name,
        value=first.value,
        effective=effective,
        late={variable.name: variable.value for variable in late},
    )


def quoted(value: str) -> str:
    """Return a variable's value as a shell takes it."""
    return f'"{value}"' if " " in value else value


def _remember(flags: dict[str, Flags], environment: dict[str, str | None]) -> None:
    """Keep what there was before anything was asked for, for the level ``off``."""
    for name, values in flags.items():
        _standing.flags[name] = {**values, **_standing.flags.get(name, {})}
    for name, value in environment.items():
        _standing.environment.setdefault(name, value)


def _give_back_all() -> None:
    for library in present():
        if library.name in _standing.flags:
            library.restore(_standing.flags[library.name])
    for name, value in _standing.environment.items():
        put(name, value)


def _wait_for_imports() -> None:
    if _standing.waiting:
        return
    _standing.waiting = True
    for library in LIBRARIES:
        if library.module and not _is_whole(library.module):
            when_imported(library.module, partial(_arrived, library))


def _arrived(library: Library, module: object) -> None:
    """Set a library that has just been imported."""
    with _lock:
        for held in [reference() for reference in _standing.held]:
            if held is not None:
                held._meet(library)
        if _standing.asked.any:
            _remember({library.name: library.capture(OFF)}, {})
            library.ask(_standing.asked)


def _tell_of_hashes(asked: Asked) -> None:
    """Say once that sets of texts still have another order in each process: nothing in here can change that."""
    if asked.portable and not _standing.told and hash_seed() == "random":
        _standing.told = True
        warnings.warn(
            "The order of sets of texts is drawn afresh in each process, and that cannot be changed any more: where "
            "the program's result depends on it, two machines will not agree. Start it with "
            "`samerun record --portable -- ...` or with `PYTHONHASHSEED=0 python ...`.",
            UserWarning,
            stacklevel=3,
        )
