"""A line of the user's own code, read from the recorded run: what is called there."""

from __future__ import annotations

import ast
import re

import msgspec

from samerun.explain.checking.sources import reading
from samerun.explain.mixture import content_of
from samerun.record.run import Run
from samerun.record.values import Json
from samerun.store.objects import Objects

_CELL = re.compile(r"In\[(\d+)\]")


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""


class _Notebook(msgspec.Struct):
    cells: list[_Cell]


def calls_on(run: Run, where: str | None, objects: Objects) -> list[str]:
    """Return the names of what a line calls (``os.listdir``, ``train_test_split``), in their order.

    Args:
        run: whose code it is.
        where: ``path:line``, or ``In[3]:line`` for a cell of a notebook; anything else has no calls.
        objects: the contents that are kept.
    """
    path, _, number = (where or "").rpartition(":")
    cell = _CELL.fullmatch(path)
    text = _cell(run, int(cell[1]), objects) if cell else _text(run, path, objects) if path else None
    if text is None or not number.isdigit():
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


def _cell(run: Run, number: int, objects: Objects) -> str | None:
    """Return the text of the cell that was executed as the ``number``-th, of the one notebook that a run read."""
    notebooks = [path for path, fact in reading(run, "code").items() if path.endswith(".ipynb") and _is_read(fact)]
    text = _text(run, notebooks[0], objects) if len(notebooks) == 1 else None
    try:
        cells = msgspec.json.decode(text or "", type=_Notebook).cells
    except msgspec.MsgspecError:
        return None
    code = ["".join(cell.source) for cell in cells if cell.cell_type == "code"]
    executed = [each for each in code if each.strip()]  # an empty cell is not counted
    return executed[number - 1] if 0 < number <= len(executed) else None


def _is_read(fact: Json) -> bool:
    return isinstance(fact, dict) and bool(fact.get("read"))


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
