"""What of a Python file can matter: its syntax tree without comments, docstrings and layout."""

from __future__ import annotations

import ast
from pathlib import Path

from samerun.basics.hashing import hash_bytes

MAX_BYTES = 1 << 20
"""A larger source file (generated) is compared by its bytes."""


def syntax_hash(path: Path) -> str | None:
    """Return a hash that two files share if they differ in comments, docstrings or layout only.

    Returns:
        None if the file cannot be read or parsed; then its bytes are what counts.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            return None
        meaning = meaning_of(path.read_bytes())
    except OSError:
        return None
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


def _drop_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    if ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]
