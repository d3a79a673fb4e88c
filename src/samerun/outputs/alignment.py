"""Which lines of two texts belong together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

from samerun.outputs.tokens import skeleton

_MOST_PAIRS = 1_000_000
"""The product of the numbers of lines up to which the best alignment is searched; beyond, lines are taken in order."""

Pair = tuple[int | None, int | None]


def align(a: Sequence[str], b: Sequence[str]) -> Iterator[Pair]:
    """Yield the positions of lines that belong together, in order; None where one side has no such line.

    Lines that are alike but for their numbers belong together. What both texts begin and end with is matched
    first, so the search is for the middle alone.
    """
    ours, theirs = [skeleton(line) for line in a], [skeleton(line) for line in b]
    head = _common(ours, theirs)
    tail = _common(ours[head:][::-1], theirs[head:][::-1])
    yield from ((place, place) for place in range(head))
    yield from _middle(ours[head : len(ours) - tail], theirs[head : len(theirs) - tail], head)
    yield from zip(range(len(ours) - tail, len(ours)), range(len(theirs) - tail, len(theirs)), strict=True)


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Return how many items two sequences begin with in common."""
    number = 0
    for left, right in zip(a, b, strict=False):
        if left != right:
            break
        number += 1
    return number


def _middle(a: list[str], b: list[str], start: int) -> Iterator[Pair]:
    if len(a) == len(b) or len(a) * len(b) > _MOST_PAIRS:
        yield from _in_order(range(start, start + len(a)), range(start, start + len(b)))
        return
    for _, low_a, high_a, low_b, high_b in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        yield from _in_order(range(start + low_a, start + high_a), range(start + low_b, start + high_b))


def _in_order(a: range, b: range) -> Iterator[Pair]:
    yield from zip_longest(a, b)
