"""Short texts of values, fit to be put into a sentence: one line, bounded, without control characters."""

from __future__ import annotations

from datetime import date, time
from typing import TypeGuard

from samerun.basics.numbers import deviation, same_bits

WIDTH = 80
"""The longest text of a value, in characters."""


def clean(text: str, width: int = WIDTH) -> str:
    """Return ``text`` on one line, control characters written as escapes, cut in the middle to ``width``."""
    if len(text) > 4 * width:
        text = text[: 2 * width] + text[-2 * width :]
    shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    if len(shown) <= width:
        return shown
    half = (width - 3) // 2
    return f"{shown[:half]}...{shown[-half:]}"


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
    return f"{short(a)} -> {short(b)}{_by_how_much(a, b)}"


def count(number: int, one: str, many: str = "") -> str:
    """Return ``1 line`` or ``3 lines``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _by_how_much(a: object, b: object) -> str:
    if not (is_number(a) and is_number(b)):
        return ""
    if type(a) is not type(b) and a == b:
        return f" (the same number, {type(a).__name__} and {type(b).__name__})"
    if a == b and not same_bits(float(a), float(b)):
        return " (differs only bitwise)"
    apart = deviation(a, b)
    if apart is None or not a or (a < 0) != (b < 0):
        return ""
    percent = apart[0] / abs(a) * 100 if abs(a) >= 1e-300 else 0.0
    sign = "+" if b > a else "-"
    return f" ({sign}{percent:.{0 if percent >= 10 else 2}{'f' if percent >= 10 else 'g'}} %)" if percent < 1000 else ""


def is_number(value: object) -> TypeGuard[int | float]:
    """Say whether ``value`` is an int or a float and no bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)
