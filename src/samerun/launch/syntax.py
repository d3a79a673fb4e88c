"""What of a file of code can matter: a syntax tree without comments, docstrings and layout; the cells of a notebook.

A notebook that was executed in its place, and saved with what it put out, is the same notebook.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import msgspec

from samerun.basics.hashing import hash_bytes

MAX_BYTES = 1 << 20
"""A larger source file (generated) is compared by its bytes."""

MAX_NOTEBOOK_BYTES = 64 << 20
"""A notebook may hold pictures."""

PYTHON = (".py", ".pyw")
NOTEBOOK = ".ipynb"


class _Cell(msgspec.Struct):
    cell_type: str
    source: str | list[str] = ""
    attachments: Any = None


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    metadata: dict[str, Any] = {}


def has_syntax(name: str) -> bool:
    """Say whether a file of this name is one whose syntax is known."""
    return name.endswith((*PYTHON, NOTEBOOK))


def syntax_hash(path: Path, name: str) -> str | None:
    """Return a hash that two files share if they differ in what cannot matter only.

    Args:
        path: where its content lies.
        name: what it is called, which says what it is.

    Returns:
        None if the file cannot be read or parsed; then its bytes are what counts.
    """
    try:
        if path.stat().st_size > (MAX_NOTEBOOK_BYTES if name.endswith(NOTEBOOK) else MAX_BYTES):
            return None
        content = path.read_bytes()
    except OSError:
        return None
    meaning = cells_of(content) if name.endswith(NOTEBOOK) else meaning_of(content)
    return None if meaning is None else hash_bytes(meaning.encode("utf-8", "surrogatepass"))


def meaning_of(source: str | bytes) -> str | None:
    """Return what of a Python source can matter: its syntax tree without docstrings; None if it is no program."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            _drop_docstring(node)
    return ast.dump(tree)


def cells_of(notebook: bytes) -> str | None:
    """Return what of a notebook is its writer's, without what executing it left: cells and kernel; None if it is none.

    Comments count: the executed copy, which is a result, holds them too.
    """
    try:
        found = msgspec.json.decode(notebook, type=_Notebook)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    cells = [(each.cell_type, "".join(each.source), each.attachments) for each in found.cells]
    return msgspec.json.encode([cells, found.metadata.get("kernelspec")], order="sorted").decode()


def _drop_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]
