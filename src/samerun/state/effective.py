"""``determinism_report()``: what is in effect, asked of the libraries themselves, and what ran without a way to repeat.

An environment variable says what somebody wished. Here each is compared with what the library did about it, so that
one set too late is seen; where a library does not tell, that is said.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from samerun.state import determinism, operations
from samerun.state.environment import at_start
from samerun.state.operations import Operation
from samerun.state.switches import LIBRARIES
from samerun.state.switches.hashing import NAME as HASH_SEED
from samerun.state.switches.hashing import effective as hash_seed
from samerun.state.switches.hashing import variable as hash_variable
from samerun.state.switches.switch import Asked, Variable

_EVERYTHING = Asked("portable")
# Read by libraries that do not tell; shown where they are set.
_OTHERS = (
    *("CUDA_LAUNCH_BLOCKING", "CUDA_VISIBLE_DEVICES", "FLASH_ATTENTION_DETERMINISTIC", "GLIBC_TUNABLES"),
    *("JAX_DEFAULT_MATMUL_PRECISION", "JAX_ENABLE_X64", "JAX_PLATFORMS", "KMP_DETERMINISTIC_REDUCTION"),
    *("NCCL_NVLS_ENABLE", "NCCL_PROTO", "OMP_SCHEDULE", "PYTORCH_TUNABLEOP_ENABLED", "TF_CUDNN_DETERMINISTIC"),
    *("TF_DETERMINISTIC_OPS", "TF_NUM_INTRAOP_THREADS", "TORCHINDUCTOR_CACHE_DIR", "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE"),
)


@dataclass(frozen=True)
class VariableReport:
    """An environment variable that a library reads.

    Args:
        name: the variable.
        at_start: its value when the process was started; None where it was not set or that is not known.
        now: its value now; None where it is not set.
        effective: what the library says; None where it does not tell or is not there.
        took_effect: whether the value of now is in effect; None where nobody can tell yet, or at all.
        remark: why, in a few words.
    """

    name: str
    at_start: str | None
    now: str | None
    effective: str | None
    took_effect: bool | None
    remark: str


@dataclass(frozen=True)
class DeterminismReport:
    """What is in effect in this process; ``str()`` of it is for reading, ``as_dict()`` for keeping.

    Args:
        level: the level that ``deterministic`` was last asked for; ``off`` where it was not asked.
        libraries: library -> switch -> effective value, for the libraries that the program has imported.
        variables: the environment variables that are set, or were at the start.
        operations: the operations without a deterministic kernel that were noted.
        watched: whether operations are noted now: at the levels ``warn``, ``strict`` and ``portable``.
        notes: what to know in reading it, in sentences.
    """

    level: str
    libraries: Mapping[str, Mapping[str, Any]]
    variables: tuple[VariableReport, ...]
    operations: tuple[Operation, ...]
    watched: bool
    notes: tuple[str, ...]

    @property
    def set_too_late(self) -> tuple[str, ...]:
        """The variables whose value came too late to take effect."""
        return tuple(variable.name for variable in self.variables if variable.took_effect is False)

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain dicts, lists, texts, numbers and truth values, ready for JSON."""
        return {
            "schema": "samerun.determinism/1",
            "level": self.level,
            "libraries": {name: {k: _plain(v) for k, v in values.items()} for name, values in self.libraries.items()},
            "variables": [vars(variable) for variable in self.variables],
            "set_too_late": list(self.set_too_late),
            "operations": [vars(operation) for operation in self.operations],
            "watched": self.watched,
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        return "\n".join(_lines(self))


def determinism_report() -> DeterminismReport:
    """Return what is in effect; nothing is imported or set for it, and nothing drawn. Costs a few milliseconds.

    Two libraries decide when they are first asked: with torch imported, the instruction sets of ATen and of MKL are
    from now on what they are said to be here.
    """
    # A refusal is an exception: the one being handled, or the one that ended an interactive line.
    operations.note_error(sys.exc_info()[1])
    operations.note_error(getattr(sys, "last_value", None))
    variables = tuple(_variables())
    return DeterminismReport(
        level=determinism.current().level,
        libraries={name: values for name, values in _said_by_all() if values},
        variables=variables,
        operations=operations.noted(),
        watched=operations.is_watching(),
        notes=tuple(_notes(variables)),
    )


def _said_by_all() -> Iterator[tuple[str, dict[str, Any]]]:
    return ((library.name, _said(library)) for library in determinism.present())


def _said(library: Any) -> dict[str, Any]:
    module = sys.modules.get(library.module)
    version = getattr(module, "__version__", None)
    return {**({"version": str(version)} if version else {}), **library.effective()}


def _variables() -> Iterator[VariableReport]:
    start = at_start() or {}
    known = [hash_variable(), *(v for library in LIBRARIES for v in library.variables(_EVERYTHING))]
    by_name = {variable.name: variable for variable in known}
    for name in sorted({*by_name, *_OTHERS}):
        before, now = start.get(name), os.environ.get(name)
        if before is not None or now is not None:
            yield _judged(name, before, now, by_name.get(name))


def _judged(name: str, before: str | None, now: str | None, variable: Variable | None) -> VariableReport:
    passed = variable is not None and variable.passed()
    effective = variable.effective() if variable is not None and passed else None
    if now is None:
        took, remark = None, "taken away since the start"
    elif variable is not None and not passed:
        took, remark = None, "not read yet"
    elif variable is not None and effective is not None:
        took = variable.matches(now, effective)
        remark = "in effect" if took else _why_not(before, now)
    elif before == now:
        took, remark = True, "set from the start"
    else:
        took, remark = None, "set since the start; whether in time cannot be told"
    return VariableReport(name, before, now, effective, took, remark)


def _why_not(before: str | None, now: str) -> str:
    if before == now:
        return "set from the start, but changed by a call since, or not taken by the library"
    return "set too late" if at_start() is not None else "set too late, or changed by a call since"


def _notes(variables: tuple[VariableReport, ...]) -> Iterator[str]:
    late = {variable.name: variable.now or "" for variable in variables if variable.took_effect is False}
    if late:
        settings = " ".join(f"{name}={determinism.quoted(value)}" for name, value in late.items())
        yield f"Not in effect: {', '.join(late)}. Start the program with `{settings} python ...`."
    if at_start() is None:
        yield "What the environment was at the start of the process is not known here."
    if hash_seed() == "random":
        yield f"Sets of texts have another order in each process: start it with {HASH_SEED}=0 to fix that."
    if not operations.is_watching():
        yield "Operations are not being noted: ask for deterministic('warn') or deterministic('strict') first."


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _lines(report: DeterminismReport) -> Iterator[str]:
    yield f"determinism: {report.level}"
    for name, values in report.libraries.items():
        yield f"\n{name}"
        width = max(map(len, values), default=0)
        yield from (f"  {switch:{width}}  {value}" for switch, value in values.items())
    if report.variables:
        yield "\nenvironment variables"
        yield from (f"  {line}" for line in _table(report.variables))
    yield "\noperations without a deterministic kernel"
    yield from (f"  {_operation(operation)}" for operation in report.operations)
    if not report.operations:
        yield "  none noted" if report.watched else "  not watched"
    yield from (f"\n{note}" for note in report.notes)


def _table(variables: tuple[VariableReport, ...]) -> list[str]:
    rows: list[tuple[str, ...]] = [("", "at start", "now", "in effect", "")]
    for variable in variables:
        cells = (_cell(text) for text in (variable.at_start, variable.now, variable.effective))
        rows.append((variable.name, *cells, variable.remark))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(text: str | None) -> str:
    if text is None:
        return "-"
    return text if len(text) <= 24 else f"{text[:21]}..."


def _operation(operation: Operation) -> str:
    times = "once" if operation.count == 1 else f"{operation.count} times"
    where = operation.where or "not in a line of the program"
    return f"{operation.name}  {where}  {'refused ' if operation.refused else ''}{times}"
