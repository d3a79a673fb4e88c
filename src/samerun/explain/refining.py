"""A changed file of code set apart: which of its pieces made the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from samerun.explain.hunks import Piece, apply, code_lines, pieces_of
from samerun.explain.mixture import Mixture, content_of
from samerun.explain.search import find_all
from samerun.launch.syntax import meaning_of
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects


class Refined(NamedTuple):
    """What of a changed file makes the difference.

    ``places`` are the lines (``path:line`` in the second run's file); ``take`` puts that much of the change into a
    mixture, and is None where it takes the whole of it.
    """

    places: list[str]
    take: Callable[[Mixture], None] | None = None


def refine(
    change: Change, between: tuple[Run, Run, Objects], reaches: Callable[[Callable[[Mixture], None]], bool]
) -> Refined:
    """Return the pieces of a changed file that make the difference.

    Args:
        change: a changed file.
        between: both runs and the contents they share.
        reaches: whether the second result is reached with this in place of the whole file.

    Returns:
        No places for what is no code or is gone; the first line of a file that is new. A single piece costs no run.
    """
    a, b, objects = between
    texts = [_text(content_of(run, change.subject, objects)) for run in (a, b)] if change.kind == "code" else [None]
    if texts[-1] is not None and texts[0] is None and len(texts) == 2:
        return Refined([_first_line(change.subject, texts[-1])])
    if None in texts:
        return Refined([])
    one, other = (text or "" for text in texts)
    is_python = PurePosixPath(change.subject).suffix in (".py", ".pyw")
    pieces = pieces_of(one, other, python=is_python)
    if not pieces:
        return Refined([])

    def put(chosen: frozenset[int]) -> Callable[[Mixture], None]:
        content = apply(one, [pieces[index] for index in chosen]).encode()
        return lambda mixture: mixture.put_file(change.subject, content)

    def takes(chosen: frozenset[int]) -> bool:
        return reaches(put(chosen))

    indices = range(len(pieces))
    # Together they may not suffice, if what is no piece by itself matters after all; then the file stays one.
    is_one = len(pieces) == 1 or not (_is_all(one, other, pieces, change.subject) or takes(frozenset(indices)))
    sets = [frozenset(indices)] if is_one else find_all(indices, takes)
    chosen = sorted(frozenset().union(*sets))
    places = [_place(change.subject, pieces[index], other) for index in (chosen[:1] if is_one else chosen)]
    return Refined(places, put(frozenset(chosen)) if len(chosen) < len(pieces) else None)


def _is_all(one: str, other: str, pieces: Sequence[Piece], path: str) -> bool:
    """Say whether the pieces together make the second text, as far as it means anything: then no run need show it."""
    whole = apply(one, pieces)
    return whole == other or (path.endswith((".py", ".pyw")) and meaning_of(whole) == meaning_of(other) is not None)


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _first_line(path: str, text: str) -> str:
    """Return the first line of a file that is code."""
    return _place(path, Piece(0, 0, 0, tuple(text.splitlines(keepends=True))), text)


def _place(path: str, piece: Piece, other: str) -> str:
    """Return the first line of a piece that is code: neither empty nor a comment or docstring."""
    last = max(1, len(other.splitlines()))
    span = range(piece.b_from + 1, piece.b_from + len(piece.lines) + 1)
    telling = code_lines(other) if path.endswith((".py", ".pyw")) else None
    for offset, number in enumerate(span):
        text = piece.lines[offset].strip()
        if number in telling if telling is not None else text and not text.startswith("#"):
            return f"{path}:{number}"
    return f"{path}:{min(piece.b_from + 1, last)}"
