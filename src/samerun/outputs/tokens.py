"""Split a line of text into words, numbers and times, as programs print them."""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

from samerun.outputs.field_names import UNITS
from samerun.outputs.moments import MOMENTS, SPAN_PART, compiled

LONGEST_LINE = 1 << 20
"""Characters up to which a line is split into tokens."""

_TIMES = frozenset(("moment", "clock", "progress", "rate", "span", "prefix"))
_NUMBER = r"(?>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
_SPAN = SPAN_PART.replace("(", "(?:", 2).replace("(?:?:", "(?:").replace("(?:?!", "(?!")

_A_SECOND = r"[A-Za-zµμ]{1,12}(?:/(?:s|sec|secs|second|min|h)| per (?:second|sec))"
_SECONDS_A = r"(?:s|ms|us|µs|μs|ns|sec|min)/[A-Za-z]{1,12}"


def _unnamed(pattern: str) -> str:
    """Return a pattern that can stand beside others: without names, its back reference loosened."""
    return re.sub(r"\?P<\w+>", "?:", pattern).replace("(?P=gap)", "[-/._]?")


_ALTERNATIVES = (
    ("ansi", r"\x1b\[[0-9;?]*[A-Za-z]"),
    ("uuid", r"(?<!\w)[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?!\w)"),
    ("prefix", r"(?<!\w)[IWEF]\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+(?= )"),
    ("progress", r"(?:\d+:)?\d+:\d\d<(?:\?|(?:\d+:)?\d+:\d\d)(?!\w)"),
    ("span", r"(?<![\w:.])(?:\d+ days?, )\d+:\d\d:\d\d(?:\.\d+)?(?!\w)"),
    ("moment", r"(?<![\w.:/-])(?:" + "|".join(_unnamed(moment) for moment in MOMENTS) + r")(?![\w:])"),
    ("clock", r"(?<![\w:./])(?:\d+:\d\d:\d\d(?:[.,]\d+)?|\d\d+:\d\d(?:\.\d+)?)(?![\w:])"),
    ("rate", rf"(?<![\w.])(?:{_NUMBER}|\?)\s?(?:{_A_SECOND}|{_SECONDS_A})(?!\w)"),
    ("span", rf"(?<![\w.])(?:{_SPAN})(?:(?:,?\s(?:and\s)?)?(?:{_SPAN}))*"),
    ("version", r"(?<![\w.])v?\d+(?:\.\d+){2,}(?!\w)"),
    ("number", rf"(?<!\w)(?:(?<![\w.)\]])[+-])?(?:{_NUMBER}|(?i:nan|inf|infinity))(?!\w)"),
    ("word", r"\w+"),
    ("space", r"\s+"),
    ("other", r"."),
)
_TOKEN = "(?s:" + "|".join(f"(?P<k{place}>{pattern})" for place, (_, pattern) in enumerate(_ALTERNATIVES)) + ")"
_KINDS = {f"k{place}": kind for place, (kind, _) in enumerate(_ALTERNATIVES)}
_PER_SECOND = ("s", "sec", "second", "seconds")
_BETWEEN = "=:()[]\"'_-/.<>"
_ENDS = "<>/."
_DIGITS = re.compile(r"(?:\?|[+-]?[\d.][\d.,:]*(?:[eE][+-]?\d+)?)+")


class Token(Struct, frozen=True):
    """One piece of a line; ``kind`` is ``word``, ``number``, a way of writing time, or another."""

    kind: str
    text: str

    @property
    def is_time(self) -> bool:
        """Whether it is written like a moment, a span, a rate or a progress."""
        return self.kind in _TIMES

    @property
    def number(self) -> int | float | None:
        """The number that it is, None if it is none."""
        try:
            return int(self.text)
        except ValueError:
            pass
        try:
            return float(self.text) if "_" not in self.text else None
        except ValueError:
            return None


@lru_cache(maxsize=64)
def tokenise(line: str) -> tuple[Token, ...]:
    """Return the tokens of a line, white space left out."""
    found = ((_KINDS[str(match.lastgroup)], match.group()) for match in compiled(_TOKEN).finditer(line))
    return tuple(Token(kind, text) for kind, text in found if kind != "space")


def skeleton(line: str) -> str:
    """Return a line without its numbers and its white space: what lines are aligned by."""
    return " ".join(_DIGITS.sub("#", line).split())


def name_before(tokens: tuple[Token, ...], position: int) -> str:
    """Return the words right before a token that name it: ``train time s`` in ``train time (s): 3.2``."""
    found: list[str] = []
    before = tokens[max(0, position - 12) : position]
    for place in reversed(range(len(before))):
        token = before[place]
        if token.kind == "word" and not token.text.isdigit():
            found.append(token.text)
        elif token.text == "/" and found and _is_per(before[place - 1] if place else token, found[-1]):
            found[-1] = f"/{found[-1]}"
        elif token.text not in _BETWEEN or (token.text in _ENDS and found):
            break
        if len(found) == 4:
            break
    return " ".join(reversed(found)).replace(" /", "/")


def _is_per(unit: Token, of: str) -> bool:
    """Say whether a stroke stands for "per", in ``samples/sec`` or ``ms/batch``."""
    return of in _PER_SECOND or unit.text in UNITS
