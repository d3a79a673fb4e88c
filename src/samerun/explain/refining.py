"""A changed file of code set apart: which of its pieces made the difference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from samerun.explain.hunks import Piece, apply, pieces_of
from samerun.explain.mixture import Mixture, content_of
from samerun.explain.search import find_all
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects


def refine(
    change: Change, between: tuple[Run, Run, Objects], reaches: Callable[[Callable[[Mixture], None]], bool]
) -> list[str]:
    """Return the places (``path:line`` in the second run's file) of the pieces that make the difference.

    Args:
        change: a changed file.
        between: both runs and the contents they share.
        reaches: whether the second result is reached with this in place of the whole file.

    Returns:
        Nothing for what is no file of code in both runs. A file with a single piece costs no run.
    """
    a, b, objects = between
    texts = [_text(content_of(run, change.subject, objects)) for run in (a, b)] if change.kind == "code" else [None]
    if None in texts:
        return []
    one, other = (text or "" for text in texts)
    is_python = PurePosixPath(change.subject).suffix in (".py", ".pyw")
    pieces = pieces_of(one, other, python=is_python)
    if not pieces:
        return []

    def takes(chosen: frozenset[int]) -> bool:
        content = apply(one, [pieces[index] for index in chosen]).encode()
        return reaches(lambda mixture: mixture.put_file(change.subject, content))

    indices = range(len(pieces))
    # Together they may not suffice, if what is no piece by itself matters after all; then the file stays one.
    is_one = len(pieces) == 1 or not takes(frozenset(indices))
    sets = [frozenset(indices)] if is_one else find_all(indices, takes)
    chosen = sorted(frozenset().union(*sets))
    return [_place(change.subject, pieces[index], other) for index in (chosen[:1] if is_one else chosen)]


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def _place(path: str, piece: Piece, other: str) -> str:
    lines: Sequence[str] = piece.lines
    first = next((offset for offset, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")), 0)
    last = max(1, len(other.splitlines()))
    return f"{path}:{min(piece.b_from + first + 1, last)}"
