"""A function called again and again in fresh processes, by the engine of ``check``."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from samerun.errors import BadOption
from samerun.explain.checking.checking import Asked, check
from samerun.explain.checking.first_run import patience, record_fresh
from samerun.explain.checking.varying import CONDITIONS
from samerun.explain.judging import Judge
from samerun.explain.laboratory import Laboratory, Limits
from samerun.integrations import calling
from samerun.record.cause import Cause, Check, Sensitivity
from samerun.store.layout import StoreLayout
from samerun.version import VERSION

__all__ = ["Call", "Limits", "check_call", "complaint"]


@dataclass(frozen=True)
class Call:
    """What is called.

    Args:
        function: a function of a module.
        args: what it is called with.
        kwargs: what it is called with by name.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    @property
    def name(self) -> str:
        """The function's name."""
        return str(getattr(self.function, "__qualname__", self.function))

    def command(self) -> list[str]:
        """Return the command that makes the call in a process of its own.

        Raises:
            BadOption: another process could not find the function, or not be told the arguments.
        """
        module = getattr(self.function, "__module__", None)
        code = getattr(self.function, "__code__", None)
        file = getattr(code, "co_filename", "") or getattr(sys.modules.get(module or ""), "__file__", "") or ""
        if module is None or "<" in self.name or not os.path.isfile(file):
            raise BadOption(
                f"{self.name} cannot be called in another process: it is made inside a function, or has no file.",
                "Move it to the top of a module, and give what it needs by args= and kwargs=.",
            )
        order = {
            "path": [entry for entry in sys.path if entry],
            "module": module,
            "file": file,
            "function": self.name,
            "args": list(self.args),
            "kwargs": self.kwargs,
        }
        try:
            return [sys.executable, calling.__file__, json.dumps(order)]
        except (TypeError, ValueError) as error:
            raise BadOption(
                f"An argument for {self.name} cannot be handed to another process: {error}.",
                "Give numbers, texts, lists and dicts of such, and have the function make the rest itself.",
            ) from error


def check_call(
    call: Call,
    store: Path,
    *,
    times: int,
    vary: Collection[str] | None,
    tolerances: tuple[float, float],
    limits: Limits,
) -> Check:
    """Say whether a function gives the same in fresh processes.

    Args:
        call: what is called.
        store: the folder in which the runs are kept.
        times: in how many plain processes it must agree with itself.
        vary: the conditions that must not matter; None for all that can.
        tolerances: the relative and the absolute one.
        limits: what it may cost.

    Raises:
        BadOption, CannotCheck, CannotReplay, CannotStart: as their names say.
    """
    unknown = sorted(set(vary or ()) - set(CONDITIONS))
    if unknown:
        raise BadOption(f"There is no condition {unknown[0]!r}.", f"The conditions are: {', '.join(CONDITIONS)}.")
    if times < 2:
        raise BadOption(f"A function cannot agree with itself in {times} calls.", "Call it at least twice: times=2.")
    layout = StoreLayout(store)
    base = record_fresh(call.command(), Path.cwd(), os.environ, layout, limits.timeout_s)
    limits = Limits(limits.max_replays, patience(base, limits.timeout_s))
    laboratory = Laboratory(base, layout, os.environ, VERSION, limits)
    return check(base, laboratory, Judge(*tolerances), Asked(times, vary))


def complaint(call: Call, found: Check) -> str:
    """Return why the test fails, with causes, lines and advice; empty where it passes.

    What only moves within rounding with the threads or the instruction set is no reason.
    """
    reasons: list[Cause | Sensitivity] = [*found.causes]
    reasons += [each for each in found.sensitive_to if not each.within_rounding]
    if not reasons and found.reproducible is not False:
        return ""
    head = f"{call.name} does not repeat itself"
    if found.reproducible:
        head = f"{call.name} repeats itself, but its result depends on what ought not to matter"
    lines = [head, *(line for each in reasons for line in _lines(each)), *found.notes]
    return "\n".join(lines)


def _lines(each: Cause | Sensitivity) -> list[str]:
    where = f" at {each.where}" if each.where else ""
    found = [f"  {each.kind} ({each.subject}){where}"] if each.subject else [f"  {each.kind}{where}"]
    return [*found, f"    {each.evidence}", f"    do: {each.advice}"]
