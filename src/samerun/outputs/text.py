"""Text: logs, tables for people, markup, source, anything that decodes as UTF-8, compared line by line.

Of a line that was overwritten with carriage returns (a progress bar) only the last state counts: what a terminal shows
when the program has ended; how often it was redrawn follows the clock.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path, PurePosixPath

from samerun.outputs.alignment import align
from samerun.outputs.comparing import HEAD_BYTES, Comparing
from samerun.outputs.deviations import Tally
from samerun.outputs.gathering import Gatherer
from samerun.outputs.limits import MEGABYTE, check_size
from samerun.outputs.lines import compare_line
from samerun.outputs.reading import compare_content
from samerun.outputs.showing import clean, count
from samerun.record.difference import Difference

kind = "text"

ALIGNED = 16 * MEGABYTE
"""Up to this size, lines are aligned; beyond, they are taken in order, without being kept in memory."""

LARGEST = 1024 * MEGABYTE
_LONGEST_READ = 4 * MEGABYTE
_ALLOWED_CONTROLS = frozenset(b"\t\n\r\f\b\x1b\v")


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """Anything that begins as UTF-8 (a last character may be cut) or UTF-16 with a mark, without control codes."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return len(head) % 2 == 0
    if any(byte < 32 and byte not in _ALLOWED_CONTROLS for byte in head):
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(head) >= HEAD_BYTES and error.start >= len(head) - 3
    return True


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two texts line by line."""
    if max(a.stat().st_size, b.stat().st_size) <= ALIGNED:
        return compare_content(kind, a, b, _read, lambda one, two: compare_text(kind, one, two, comparing))
    return compare_content(kind, a, b, _large, lambda one, two: _compare_in_order(one, two, comparing))


def compare_text(label: str, a: str, b: str, comparing: Comparing) -> Difference:
    """Compare two texts that are in memory.

    Args:
        label: what the text is called in the tree.
        a: one text.
        b: the other.
        comparing: tolerances, windows and volatile names.

    Returns:
        A child for each differing line, ``line 17`` by its number in the first text.
    """
    ours, theirs = shown_lines(a), shown_lines(b)
    comparison = _Comparison(comparing)
    for left, right in align(ours, theirs):
        comparison.add(
            (right if left is None else left) or 0,
            None if left is None else ours[left],
            None if right is None else theirs[right],
        )
    return comparison.finish(label)


def shown_lines(text: str) -> list[str]:
    """Return the lines of a text as a terminal leaves them; whether the last one is ended makes no difference."""
    lines = text.removeprefix("\ufeff").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return [_last_state(line) for line in lines]


def _last_state(line: str) -> str:
    if "\r" not in line:
        return line
    states = [state for state in line.split("\r") if state.strip(" \b")]
    return states[-1].rstrip() if states else ""


class _Comparison:
    """What was found on the way through two texts."""

    def __init__(self, comparing: Comparing) -> None:
        self._comparing = comparing
        self._gatherer = Gatherer()
        self._tally = Tally()
        self._lines = 0

    def add(self, place: int, a: str | None, b: str | None) -> None:
        """Compare the two lines at ``place``, counted from 0; None is a line that one side does not have."""
        self._lines += 1
        label = f"line {place + 1:,}"
        if a is not None and b is not None:
            self._take(compare_line(label, a, b, self._comparing))
        elif a is not None:
            self._gatherer.add(Difference(label, "different", f'only in the first: "{clean(a)}"', a=clean(a)))
        else:
            line = clean(b or "")
            self._gatherer.add(Difference(label, "different", f'only in the second: "{line}"', b=line))

    def _take(self, child: Difference) -> None:
        self._gatherer.add(child)
        for token in child.children:
            if token.deviation is not None:
                self._tally.add(token.deviation, child.label)

    def finish(self, label: str) -> Difference:
        """Return the difference of the whole."""
        return self._gatherer.finish(label, self._sentence(), self._tally.deviation())

    def _sentence(self) -> str:
        lead = self._gatherer.lead
        if lead is None:
            return ""
        number = self._gatherer.number(self._gatherer.verdict)
        if lead.verdict == "equivalent":
            return f"only times, paths or names of the run differ, in {count(number, 'line')}"
        verb = "differs" if number == 1 else "differ"
        return f"{number:,} of {count(self._lines, 'line')} {verb}; first: {lead.label}: {lead.detail}"


def _read(path: Path) -> str:
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16")
    return data.decode("utf-8", "surrogateescape")


def _large(path: Path) -> Iterator[str]:
    check_size(path, LARGEST)
    return _stream(path)


def _stream(path: Path) -> Iterator[str]:
    """Yield the lines of a text, a very long one in pieces."""
    with path.open(encoding="utf-8", errors="surrogateescape", newline="\n") as file:
        while line := file.readline(_LONGEST_READ):
            yield _last_state(line.removesuffix("\n"))


def _compare_in_order(a: Iterator[str], b: Iterator[str], comparing: Comparing) -> Difference:
    comparison = _Comparison(comparing)
    for place, (left, right) in enumerate(zip_longest(a, b)):
        comparison.add(place, left, right)
    return comparison.finish(kind)
