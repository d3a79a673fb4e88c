"""Short texts of values, fit to be put into a sentence: one line, bounded, without control characters."""

from __future__ import annotations

from datetime import date, time
from typing import TypeGuard

from samerun.basics.numbers import LARGEST, deviation, same_bits

WIDTH = 80
"""The longest text of a value, in characters."""


def clean(text: str, width: int = WIDTH) -> str:
    """Return ``text`` on one line, control characters written as escapes, cut in the middle to ``width``."""
    if len(text) > 4 * width:
        text = text[: 2 * width] + text[-2 * width :]
    shown = text if text.isprintable() else "".join(_printable(char) for char in text)
    if len(shown) <= width:
        return shown
    half = (width - 3) // 2
    return f"{shown[:half]}...{shown[-half:]}"


def _printable(char: str) -> str:
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def short(value: object) -> str:
    """Return a short text of a plain value: numbers exactly, texts in quotes, containers by their size."""
    if isinstance(value, dict):
        return f"{{{len(value)} keys}}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{len(value)} items]"
    if isinstance(value, bytes | bytearray):
        return f"{len(value)} bytes"
    if isinstance(value, str):
        return f'"{clean(value)}"'
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, date | time):
        return value.isoformat()
    return clean(repr(value))


def change(a: object, b: object) -> str:
    """Return how ``a`` became ``b``: ``0.9361 -> 0.9333 (-0.3 %)``."""
    return f"{short(a)} -> {short(b)}{by_how_much(a, b)}"


def count(number: int, one: str, many: str = "") -> str:
    """Return ``1 line`` or ``3 lines``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def by_how_much(a: object, b: object) -> str:
    """Return how far two numbers are apart, to be put behind them: `` (-0.3 %)``; empty where that says nothing."""
    if not (is_number(a) and is_number(b)):
        return ""
    if type(a) is not type(b) and a == b:
        return f" (the same number, {type(a).__name__} and {type(b).__name__})"
    if isinstance(a, float) and isinstance(b, float) and a == b:
        return "" if same_bits(a, b) else " (differs only bitwise)"
    apart = deviation(a, b)
    if apart is None or (a < 0) != (b < 0) or not 1e-300 <= abs(a) <= LARGEST:
        return ""
    percent = apart[0] / abs(a) * 100
    written = f"{percent:.0f}" if percent >= 10 else f"{percent:.2g}"
    return f" ({'+' if b > a else '-'}{written} %)" if percent < 1000 else ""


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether ``value`` is an int or a float and no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)
