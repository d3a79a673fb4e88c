"""A changed file set apart into the least pieces that can be taken over one by one."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from samerun.launch.syntax import meaning_of

MOST = 400
"""A file with more pieces than that is taken as one."""

LONGEST = 40
"""A longer stretch of changed lines of which some came or went is one piece: pairing costs their number squared."""

ALIKE = 0.5
"""Which share of two lines must be the same for one to be a new version of the other."""

WELL_ALIKE = 0.75
"""The share where lines came or went between them: less is a text written anew, whose lines only work together."""

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
        if tag == "replace" and (versions := _versions(first[a_from:a_to], second[b_from:b_to])):
            yield from _line_by_line(versions, (a_from, a_to), (b_from, b_to), second)
        elif tag != "equal":
            yield Piece(a_from, a_to, b_from, tuple(second[b_from:b_to]))


def _line_by_line(
    versions: Sequence[tuple[int, int]], a: tuple[int, int], b: tuple[int, int], second: Sequence[str]
) -> Iterator[Piece]:
    """Yield a piece for each new version of a line, and one for the lines between: settings below each other."""
    at, there = a[0], b[0]
    for ours, theirs in [*((a[0] + i, b[0] + j) for i, j in versions), (a[1], b[1])]:
        if at < ours or there < theirs:
            yield Piece(at, ours, there, tuple(second[there:theirs]))
        if ours < a[1]:
            yield Piece(ours, ours + 1, theirs, (second[theirs],))
        at, there = ours + 1, theirs + 1


def _versions(first: Sequence[str], second: Sequence[str]) -> list[tuple[int, int]]:
    """Return which line of one text has become which of the other, in order.

    Returns:
        A pair for each line of the shorter text, the likest that keep the order; nothing where a line of it looks like
        none of the other: then the text was written anew.
    """
    if len(first) == len(second):
        pairs = zip(first, second, strict=True)
        is_alike = all(difflib.SequenceMatcher(None, *pair).ratio() >= ALIKE for pair in pairs)
        return [(place, place) for place in range(len(first))] if is_alike else []
    if max(len(first), len(second)) > LONGEST:
        return []
    if len(first) > len(second):
        return [(ours, theirs) for theirs, ours in _versions(second, first)]
    # best[j] is the likeness of the lines so far placed among the first j of the longer text, and their places there.
    best: list[tuple[float, tuple[int, ...]] | None] = [(0.0, ())] * (len(second) + 1)
    for line in first:
        row: list[tuple[float, tuple[int, ...]] | None] = [None]
        for place, other in enumerate(second):
            before, here = best[place], row[-1]
            ratio = difflib.SequenceMatcher(None, line, other).ratio() if before is not None else 0.0
            if before is not None and ratio >= WELL_ALIKE and (here is None or before[0] + ratio > here[0]):
                here = (before[0] + ratio, (*before[1], place))
            row.append(here)
        best = row
    found = best[-1]
    return [] if found is None else list(enumerate(found[1]))


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
