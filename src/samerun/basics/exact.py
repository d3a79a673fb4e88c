"""Numbers and texts in JSON without losing a bit, and without JSON that other programs cannot read.

- A finite float is written as its shortest digits that give the same 64 bits back (-0.0 included); a float32, a
  float16 or a bfloat16 is widened, which loses nothing. Integers keep all their digits.
- What JSON has no number for is a string: ``"Infinity"``, ``"-Infinity"``, ``"NaN"``, or ``"NaN:fff8000000000001"``
  with the 64 bits of a NaN that is not the usual one; an integer beyond 3,900 digits is ``"0x..."``.
"""

from __future__ import annotations

import math
import re
import struct
from typing import Any

Number = bool | int | float

_USUAL_NAN = 0x7FF8000000000000
_LONG = 1 << 13_000
_BYTE = re.compile(r"\\x([89a-f][0-9a-f])")


def number_of(value: Any) -> Number:
    """Return a plain number for a number of any library: a numpy scalar, an array or tensor of one element, a Decimal.

    Raises:
        TypeError: it is not one number.
    """
    if isinstance(value, (bool, int, float)) and type(value).__module__ == "builtins":
        return value
    numpy = getattr(value, "numpy", None)
    item = getattr(value, "item", None) or (getattr(numpy(), "item", None) if callable(numpy) else None)
    if callable(item):
        value = _one(item, value)
    if isinstance(value, (bool, int, float)):
        return value if isinstance(value, bool) else _base(value)
    if isinstance(value, (str, bytes, complex)) or not hasattr(value, "__float__"):
        raise TypeError(f"a {type(value).__name__} is not a number")
    return float(value)


def _one(item: Any, value: object) -> Any:
    try:
        return item()
    except (ValueError, RuntimeError, TypeError) as error:
        raise TypeError(f"a {type(value).__name__} of several elements is not a number") from error


def _base(value: int | float) -> Number:
    """Return an int or float without the subclass (an IntEnum, a numpy.float64)."""
    return int(value) if isinstance(value, int) else float(value)


def encode_number(value: Number) -> bool | int | float | str:
    """Return a number as JSON can hold it (see above)."""
    if isinstance(value, float):
        return value if value - value == 0.0 else _encode_special(value)
    return value if -_LONG < value < _LONG else hex(value)


def _encode_special(value: float) -> str:
    if value == value:
        return "Infinity" if value > 0 else "-Infinity"
    bits = int.from_bytes(struct.pack(">d", value), "big")
    return "NaN" if bits == _USUAL_NAN else f"NaN:{bits:016x}"


def decode_number(value: Any) -> Number:
    """Return the number that ``encode_number`` was given.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, (bool, int, float)):
        return value
    if not isinstance(value, str):
        raise ValueError(f"{value!r:.60} is no number")
    if value in ("Infinity", "-Infinity", "NaN"):
        return float(value)
    if value.startswith("NaN:") and len(value) == 20:
        decoded: float = struct.unpack(">d", int(value[4:], 16).to_bytes(8, "big"))[0]
        if math.isnan(decoded):
            return decoded
    if value.startswith(("0x", "-0x")):
        return int(value, 16)
    raise ValueError(f"{value[:60]!r} is no number")


def plain(document: Any) -> Any:
    """Return a JSON value in which every number and text can be written; keys become texts. Not to be undone."""
    if isinstance(document, str):
        return plain_text(document)
    if isinstance(document, dict):
        return {plain_text(str(key)): plain(value) for key, value in document.items()}
    if isinstance(document, (list, tuple)):
        return [plain(value) for value in document]
    if isinstance(document, (bool, int, float)):
        return encode_number(document)
    return document


def plain_text(text: str) -> str:
    r"""Return ``text`` with each byte that is no UTF-8 (a file name may hold such) as ``\xff``."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join(_escaped(letter) if "\ud800" <= letter <= "\udfff" else letter for letter in text)
    return text


def path_of(text: str) -> str:
    r"""Return the path whose ``plain_text`` this is: ``\xff`` is a byte that is no UTF-8, as ``os.fsdecode`` gives it.

    A path in which those four letters really stand cannot be told from it; nobody gives such names.
    """
    return _BYTE.sub(lambda found: chr(0xDC00 + int(found[1], 16)), text) if "\\x" in text else text


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\x{code - 0xDC00:02x}" if 0xDC80 <= code <= 0xDCFF else f"\\u{code:04x}"
