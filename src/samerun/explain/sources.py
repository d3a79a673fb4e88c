"""The user's own code of a run, parsed."""

from __future__ import annotations

import ast
import os

from samerun.explain.mixture import content_of
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.store.objects import Objects

MOST_BYTES = 1 << 20
"""A longer file was written by a program."""


def trees_of(run: Run, objects: Objects) -> dict[str, ast.Module]:
    """Return the syntax trees of the Python files of the project that a run read, by path; never runs any of them.

    Args:
        run: the run.
        objects: the contents.
    """
    code, found = run.reading("code"), {}
    for path, fact in ({} if isinstance(code, Missing) else code).items():
        is_read = isinstance(fact, dict) and fact.get("read") and not os.path.isabs(path)
        if is_read and path.endswith(".py") and fact.get("size", 0) <= MOST_BYTES:
            tree = _parsed(content_of(run, path, objects))
            if tree is not None:
                found[path] = tree
    return found


def _parsed(content: bytes | None) -> ast.Module | None:
    try:
        return None if content is None else ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
