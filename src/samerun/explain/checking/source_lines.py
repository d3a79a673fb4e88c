"""A line of the user's own code, read from the recorded run: what is called there."""

from __future__ import annotations

import ast

from samerun.explain.checking.sources import reading
from samerun.explain.mixture import content_of
from samerun.record.run import Run
from samerun.store.objects import Objects


def calls_on(run: Run, where: str | None, objects: Objects) -> list[str]:
    """Return the names of what a line calls (``os.listdir``, ``train_test_split``), in their order.

    Args:
        run: whose code it is.
        where: ``path:line``; anything else has no calls.
        objects: the contents that are kept.
    """
    path, _, number = (where or "").rpartition(":")
    text = _text(run, path, objects) if path and number.isdigit() else None
    if text is None:
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    line = int(number)
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_on(node, line)]
    return [name for name in map(_name, sorted(calls, key=_place)) if name]


def line_naming(run: Run, path: str, objects: Objects) -> str | None:
    """Return the line of the user's own code that names a file first, where its name stands in one file of code only.

    Args:
        run: whose code it is.
        path: the file.
        objects: the contents that are kept.
    """
    name = path.rpartition("/")[2]
    found: dict[str, int] = {}
    for code in reading(run, "code"):
        text = _text(run, code, objects) if code.endswith(".py") else None
        lines = (text or "").splitlines()
        first = next((number for number, line in enumerate(lines, 1) if name in line.partition("#")[0]), None)
        if first is not None:
            found[code] = first
    return next((f"{code}:{line}" for code, line in found.items()), None) if len(found) == 1 else None


def _text(run: Run, path: str, objects: Objects) -> str | None:
    content = content_of(run, path, objects)
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _is_on(node: ast.Call, line: int) -> bool:
    """Say whether a call's own words stand on a line: an argument that goes on below belongs to its own."""
    return node.lineno <= line <= (node.func.end_lineno or node.lineno)


def _place(node: ast.Call) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _name(node: ast.Call) -> str:
    """Return the dotted name of what is called; only its last part where it is called on a result."""
    parts: list[str] = []
    called: ast.expr = node.func
    while isinstance(called, ast.Attribute):
        parts.append(called.attr)
        called = called.value
    if isinstance(called, ast.Name):
        parts.append(called.id)
    return ".".join(reversed(parts))
