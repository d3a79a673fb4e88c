"""Values in words that are safe to print: texts, numbers, sizes, spans and moments.

Whatever comes from a run (a name, an argument, a path, a message) passes ``clean`` before it reaches a terminal, and
``csv_cell`` before it reaches a spreadsheet.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal

Tone = Literal["good", "bad", "warn", "dim", "strong"]
Paint = Callable[[str, Tone], str]
"""Gives a text a colour; ``unpainted`` where there are none."""

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # control characters: the terminal would obey them
    "\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"  # invisible or turning
    "\ud800-\udfff\U000e0000-\U000e007f]"  # half characters cannot be encoded; tags are invisible
)
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def unpainted(text: str, tone: Tone) -> str:
    """Return the text as it is."""
    return text


def clean(text: str) -> str:
    """Return the text with every character made visible that a terminal would obey, hide or turn round."""
    return _UNSAFE.sub(_escaped, text) if not text.isalnum() else text


def _escaped(match: re.Match[str]) -> str:
    character = match.group()
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100 or 0xDC80 <= code <= 0xDCFF:  # the latter is a byte that is no UTF-8, as os.fsdecode gives it
        return f"\\x{code & 0xFF:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def shorten(text: str, width: int) -> str:
    """Return a clean text of at most ``width`` columns, cut in the middle where it is longer."""
    # A text of megabytes is cut first: what is in its middle is never shown.
    text = clean(text if len(text) <= 8 * width else text[: 4 * width] + text[-4 * width :])
    if columns(text) <= width:
        return text
    for kept in range(min(len(text), width - 1), 0, -1):
        tail = kept // 2
        cut = text[: kept - tail] + "…" + text[len(text) - tail :]
        if columns(cut) <= width:
            return cut
    return "…"


def columns(text: str) -> int:
    """Return how many columns of a terminal a clean text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns_of(character) for character in text)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int, right: bool = False) -> str:
    """Fill a clean text with spaces up to ``width`` columns; ``right`` puts the text to the right."""
    space = " " * (width - columns(text))
    return space + text if right else text + space


def plural(count: int, word: str, words: str = "") -> str:
    """Return ``1 file``, ``2,300 files``; ``words`` is the plural where ``s`` is not enough."""
    return f"{count:,} {word if count == 1 else words or word + 's'}"


def size(count: float) -> str:
    """Return a number of bytes as ``512 bytes``, ``1.4 MB`` (powers of 1,000, as disks count)."""
    if count < 1000:
        return plural(int(count), "byte")
    for unit in ("kB", "MB", "GB"):
        count /= 1000
        if count < 999.95:
            return f"{count:.1f} {unit}"
    return f"{count / 1000:,.1f} TB"


def span(seconds: float | None) -> str:
    """Return a length of time as ``0.42 s``, ``3 min 20 s``, ``2 h 5 min``, ``3 d 4 h``; empty for None."""
    if seconds is None:
        return ""
    if seconds < 59.95:
        return f"{max(seconds, 0.0):.2f} s" if seconds < 9.995 else f"{seconds:.1f} s"
    whole = round(seconds)
    for large, small, unit, part in ((86400, 3600, "d", "h"), (3600, 60, "h", "min"), (60, 1, "min", "s")):
        if whole >= large:
            rest = whole % large // small
            return f"{whole // large} {unit} {rest} {part}" if rest else f"{whole // large} {unit}"
    return f"{whole} s"


def age(then: float, now: float) -> str:
    """Return how long ago a moment was: ``just now``, ``5 min ago``, ``3 h ago``, ``2 d ago``, later a date."""
    passed = now - then
    if passed < -60:
        return day(then)
    for limit, unit, word in ((60, 1, ""), (3600, 60, "min"), (86400, 3600, "h"), (30 * 86400, 86400, "d")):
        if passed < limit:
            return f"{int(passed // unit)} {word} ago" if word else "just now"
    return day(then)


def day(moment: float) -> str:
    """Return the date of a moment (seconds since the epoch), in UTC."""
    return instant(moment)[:10]


def instant(moment: float) -> str:
    """Return a moment (seconds since the epoch) as ISO 8601 in UTC; empty where there is no such year."""
    try:
        return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (ValueError, OverflowError, OSError):
        return ""


def local_time(moment: float) -> str:
    """Return a moment as ``2026-11-21 11:30:05`` in the reader's own time zone."""
    try:
        return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return "at an unknown time"


def number(value: Any, digits: int = 6) -> str:
    """Return a value of a metric as a person reads it; a float with ``digits`` significant digits."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return shorten(value if isinstance(value, str) else str(value), 40)
    if isinstance(value, int):
        return f"{value:,}" if abs(value) < 10**15 else f"{value:.{digits}g}" if abs(value) < 10**300 else "very large"
    return f"{value:.{digits}g}"


def pair(a: Any, b: Any) -> tuple[str, str]:
    """Return two values with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 9, 13, 17):
        shown = number(a, digits), number(b, digits)
        if shown[0] != shown[1]:
            return shown
    return shown


def csv_cell(value: Any) -> str:
    """Return a value as one cell of a CSV file that no spreadsheet takes for a formula.

    Numbers stay numbers, negative ones too; a text that begins like a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value) if not (isinstance(value, float) and math.isinf(value)) else str(value)
    text = _UNSAFE.sub(_escaped, str(value))
    unguarded = not str(value).lstrip(" ").startswith(_FORMULA) or _NUMBER.fullmatch(text)
    return text if unguarded else "'" + text
