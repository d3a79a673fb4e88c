"""The factors that changed between two runs, grouped by kind, in plain words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from samerun.record.values import Change
from samerun.report.plain_words import Paint, clean, number, plural, shorten, unpainted

KINDS: dict[str, str] = {
    "code": "code",
    "data": "data",
    "config": "configuration",
    "arguments": "arguments",
    "environment-variable": "environment variables",
    "package": "packages",
    "python": "Python",
    "seed": "seed",
    "machine": "machine",
    "hash-order": "order of sets and hashes (PYTHONHASHSEED)",
    "listing-order": "order in which folders are listed",
    "thread-count": "number of threads",
    "instruction-set": "processor instructions",
    "completion-order": "order in which threads or processes finish",
    "clock": "the time",
    "timezone": "time zone",
    "locale": "language settings",
    "working-directory": "folder it was started in",
    "process-id": "process number",
    "os-entropy": "random numbers from the system",
    "memory-address": "memory addresses",
    "uninitialised-memory": "memory that was never set",
    "unseeded-python": "Python's random, not seeded",
    "unseeded-numpy": "numpy's random numbers, not seeded",
    "unseeded-torch": "torch's random numbers, not seeded",
    "unseeded-tensorflow": "TensorFlow's random numbers, not seeded",
    "unseeded-jax": "JAX's random numbers, not seeded",
    "nondeterministic-kernel": "kernels that may add in another order",
    "precision": "precision of the arithmetic",
    "leftover-state": "files that an earlier run left",
    "network": "network",
}
"""What each kind is called on a page, in the order in which they are shown."""

_CONTENT = ("code", "data")
MOST = 12
"""How many changes of one kind are shown unless all are asked for."""


def change_lines(changes: Sequence[Change], most: int | None = MOST, paint: Paint = unpainted) -> list[str]:
    """Return the changes grouped by kind, a line each, indented by two spaces below the name of the kind.

    Args:
        changes: what differs.
        most: how many of one kind are shown; None shows all.
        paint: gives colours.
    """
    lines: list[str] = []
    for kind in sorted({change.kind for change in changes}, key=_place):
        of_kind = [change for change in changes if change.kind == kind]
        lines.append(paint(clean(KINDS.get(kind, kind)), "strong"))
        lines += [f"  {change_text(change)}" for change in of_kind[:most]]
        if most is not None and len(of_kind) > most:
            lines.append(paint(f"  and {len(of_kind) - most:,} more; --all shows them", "dim"))
    return lines


def change_counts(changes: Sequence[Change]) -> str:
    """Return ``1 code file, 2 packages`` for a sentence."""
    words = {"code": "code file", "data": "data file", "config": "configuration key", "arguments": "argument",
             "environment-variable": "environment variable", "package": "package"}  # fmt: skip
    counts: dict[str, int] = {}
    for change in sorted(changes, key=lambda change: _place(change.kind)):
        counts[change.kind] = counts.get(change.kind, 0) + 1
    return ", ".join(
        plural(count, words[kind]) if kind in words else clean(KINDS.get(kind, kind)) for kind, count in counts.items()
    )


def change_text(change: Change) -> str:
    """Return one change: ``--lr: 0.1 -> 0.2``, ``features.py: changed``, ``numpy: 1.26.4 -> 2.0.1``."""
    subject = shorten(change.subject, 70)
    note = f"  ({clean(change.note)})" if change.note else ""
    if change.kind in _CONTENT:
        return f"{subject}: {_content_change(change.a, change.b)}{note}"
    where = f"  at {clean(change.where)}" if change.where and change.where != change.subject else ""
    if change.kind == "os-entropy":  # its value is 64 digits that tell a person nothing
        return f"{subject}: other numbers were drawn{where}{note}"
    return f"{subject}: {value_text(change.a)} -> {value_text(change.b)}{where}{note}"


def value_text(value: Any, width: int = 48) -> str:
    """Return a factor's value as a short text; a mapping with a version is shown by it."""
    if value is None:
        return "not there"
    if isinstance(value, dict):
        why = value.get("missing", value.get("version"))
        return shorten(str(why) if why is not None else json.dumps(value, ensure_ascii=True), width)
    if isinstance(value, list):
        return shorten(json.dumps(value, ensure_ascii=True, default=str), width)
    return shorten(value, width) if isinstance(value, str) else number(value, 17)


def _content_change(a: Any, b: Any) -> str:
    if a is None:
        return "only in the second"
    if b is None:
        return "only in the first"
    unknown = next((value for value in (a, b) if isinstance(value, dict)), None)
    return f"cannot be told: {value_text(unknown)}" if unknown is not None else "changed"


def _place(kind: str) -> tuple[int, str]:
    names = list(KINDS)
    return (names.index(kind) if kind in KINDS else len(names), kind)
