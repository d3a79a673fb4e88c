"""Which lines belong together: a statement that goes over several lines is one step of the program.

Its lines are executed in an order of their own, the first one often last; only together do they read and bind.
"""

from __future__ import annotations

import ast
import linecache

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Iterator

_known: dict[str, dict[int, tuple[int, int]]] = {}
_left: dict[str, dict[int, frozenset[int]]] = {}
_imported: dict[str, dict[str, str]] = {}
_COMPOUND = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def spans_of(filename: str) -> dict[int, tuple[int, int]]:
    """Return, for each line of a statement over several lines, the first and the last of them.

    Args:
        filename: as code objects have it; what has no source, or none that can be read, has no spans.
    """
    known = _known.get(filename)
    if known is None:
        known = _known[filename] = _read(filename)
    return known


def imported_into(filename: str) -> dict[str, str]:
    """Return the names that a file takes out of modules with ``from``, each with its module; relative ones left out."""
    spans_of(filename)
    return _imported.get(filename, {})


def left_by(filename: str) -> dict[int, frozenset[int]]:
    """Return, for each line on which a ``return`` begins within ``with``, the first lines of these ``with``.

    They are executed once more on the way out, the value that is returned in hand.
    """
    spans_of(filename)
    return _left.get(filename, {})


def _read(filename: str) -> dict[int, tuple[int, int]]:
    try:
        tree = ast.parse("".join(linecache.getlines(filename)))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    _left[filename] = dict(_returns(tree, frozenset()))
    taken = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and not node.level)
    _imported[filename] = {alias.asname or alias.name: str(node.module) for node in taken for alias in node.names}
    return {line: span for span in _spans(tree) if span[0] < span[1] for line in range(span[0], span[1] + 1)}


def _returns(node: ast.AST, around: frozenset[int]) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield the returns below a node that lie within ``with``, with the lines of these."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return) and around:
            yield child.lineno, around
        elif isinstance(child, (ast.With, ast.AsyncWith)):
            yield from _returns(child, around | {child.lineno, *(each.context_expr.lineno for each in child.items)})
        else:
            yield from _returns(child, frozenset() if isinstance(child, _DEFINITIONS) else around)


def _spans(tree: ast.AST) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, _COMPOUND):
            yield node.lineno, _end_of_head(node)
        elif isinstance(node, ast.stmt) and not isinstance(node, _DEFINITIONS) and not getattr(node, "body", None):
            yield node.lineno, node.end_lineno or node.lineno


def _end_of_head(node: ast.stmt) -> int:
    """Return the last line of ``if ...:``, ``for ...:`` and their like."""
    heads = [getattr(node, name, None) for name in ("test", "iter", "target")]
    heads += getattr(node, "items", [])
    ends = [_end(head) for head in heads if head is not None]
    return max([node.lineno, *ends])


def _end(node: ast.AST) -> int:
    ends = [getattr(each, "end_lineno", None) or 0 for each in ast.walk(node)]
    return max(ends)
