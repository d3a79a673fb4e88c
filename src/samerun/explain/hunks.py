"""A changed file set apart into the least pieces that can be taken over one by one."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from samerun.launch.syntax import meaning_of

MOST = 400
"""A file with more pieces than that is taken as one."""

ALIKE = 0.5
"""Which share of two lines must be the same for one to be a new version of the other."""

_SCOPES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
"""What can have a docstring."""


@dataclass(frozen=True)
class Piece:
    """Lines ``a_from`` to ``a_to`` of the first text that become ``lines`` of the second, which begin at ``b_from``."""

    a_from: int
    a_to: int
    b_from: int
    lines: tuple[str, ...]


def pieces_of(a: str, b: str, *, python: bool = True) -> list[Piece]:
    """Return the pieces from one text to another, in order.

    Args:
        a: the first text.
        b: the second.
        python: whether each piece, taken alone, must leave a program; neighbours that cannot are one piece. What
            changes comments, docstrings or layout alone is no piece then.
    """
    first, second = a.splitlines(keepends=True), b.splitlines(keepends=True)
    pieces = list(_changed(first, second))
    if not python:
        return pieces
    pieces = _joined(first, pieces)
    meaning = meaning_of(a)
    return [piece for piece in pieces if meaning_of(apply(a, [piece])) != meaning]


def apply(a: str, pieces: Collection[Piece]) -> str:
    """Return the first text with these pieces taken over."""
    lines = a.splitlines(keepends=True)
    for piece in sorted(pieces, key=lambda each: (each.a_from, each.b_from), reverse=True):
        lines[piece.a_from : piece.a_to] = piece.lines
    return "".join(lines)


def code_lines(text: str) -> frozenset[int]:
    """Return the lines on which a statement or expression of a Python text begins, docstrings left out."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    lines: set[int] = set()
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        lines |= {node.lineno} if isinstance(node, (ast.stmt, ast.expr, ast.arg, ast.keyword)) else set()
        docstring = node.body[0] if isinstance(node, _SCOPES) and _has_docstring(node) else None
        waiting += [child for child in ast.iter_child_nodes(node) if child is not docstring]
    return frozenset(lines)


def _has_docstring(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return ast.get_docstring(node, clean=False) is not None


def _changed(first: Sequence[str], second: Sequence[str]) -> Iterator[Piece]:
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "replace" and _is_line_by_line(first[a_from:a_to], second[b_from:b_to]):
            for offset in range(a_to - a_from):  # line by line: two settings below each other are two changes
                yield Piece(a_from + offset, a_from + offset + 1, b_from + offset, (second[b_from + offset],))
        elif tag != "equal":
            yield Piece(a_from, a_to, b_from, tuple(second[b_from:b_to]))


def _is_line_by_line(first: Sequence[str], second: Sequence[str]) -> bool:
    """Say whether each line of one text has become the line at its place in the other: those look alike."""
    if len(first) != len(second):
        return False
    return all(difflib.SequenceMatcher(None, *pair).ratio() >= ALIKE for pair in zip(first, second, strict=True))


def _joined(first: Sequence[str], pieces: list[Piece]) -> list[Piece]:
    """Join each piece that would leave no program with the next ones until they do, else with those before."""
    text, done = "".join(first), list[Piece]()
    if len(pieces) > MOST:
        return [_join(first, pieces)] if pieces else []
    waiting: list[Piece] = []
    for piece in pieces:
        waiting.append(piece)
        joined = _join(first, waiting)
        if meaning_of(apply(text, [joined])) is not None:
            done.append(joined)
            waiting = []
    if waiting:
        tail = [*done, *waiting]
        return [_join(first, tail)]
    return done


def _join(first: Sequence[str], pieces: Sequence[Piece]) -> Piece:
    """Return one piece that does what several do, with the unchanged lines between them."""
    lines: list[str] = []
    at = pieces[0].a_from
    for piece in pieces:
        lines += [*first[at : piece.a_from], *piece.lines]
        at = piece.a_to
    return Piece(pieces[0].a_from, pieces[-1].a_to, pieces[0].b_from, tuple(lines))
