"""Keys of items as bytes: what is equal has the same, what is not has another, on every machine, in every process."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import math
import os
import pathlib
import struct
import uuid
from collections.abc import Mapping

import numpy as np

from samerun.errors import BadOption


def key_bytes(value: object) -> bytes:
    """Return the bytes of a key.

    Args:
        value: text, a path (which counts as its text with ``/``), a number, a truth value, None, bytes, a date or
            time, an enum's member, an array, or a tuple, list or mapping of such.

    Raises:
        BadOption: it is something else, whose order could not be the same everywhere.
    """
    plain = _plain(value)
    if plain is not None:
        tag, data = plain
        return tag + len(data).to_bytes(8, "little") + data
    parts = _parts(value)
    if parts is None:
        raise BadOption(
            f"A {type(value).__name__} cannot be put in order: nothing in it is the same in every run.",
            "Give key=, a function that returns text, a number, or a tuple of these for each item.",
        )
    return parts[0] + len(parts[1]).to_bytes(8, "little") + b"".join(parts[1])


def _plain(value: object) -> tuple[bytes, bytes] | None:
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return b"t", value.encode("utf-8", "surrogatepass")
    if isinstance(value, pathlib.PurePath):
        return b"t", value.as_posix().encode("utf-8", "surrogatepass")
    if _missing(value):
        return b"n", b""
    if isinstance(value, (bool, np.bool_)):
        return b"b", b"1" if value else b"0"
    if isinstance(value, enum.Enum):
        return b"e", f"{type(value).__qualname__}.{value.name}".encode()
    return _number(value) or _other(value)


def _missing(value: object) -> bool:
    """Say whether it is None, NaN, or what pandas has for these: one key for all of them."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, (float, np.floating)) and math.isnan(value)


def _number(value: object) -> tuple[bytes, bytes] | None:
    if isinstance(value, (int, np.integer)):
        return b"i", b"%d" % int(value)
    if isinstance(value, (float, np.floating)):
        return _float(float(value))
    if isinstance(value, (decimal.Decimal, fractions.Fraction, complex)):
        return b"x", f"{type(value).__name__} {value}".encode()
    return None


def _float(number: float) -> tuple[bytes, bytes]:
    """A whole number has the key of that number: a column with a gap in it holds 1.0 where it held 1."""
    whole = number.is_integer() and math.copysign(1.0, number) == (1.0 if number >= 0 else -1.0)
    return (b"i", b"%d" % int(number)) if whole else (b"f", struct.pack("<d", number))


def _other(value: object) -> tuple[bytes, bytes] | None:
    if isinstance(value, (bytes, bytearray)):
        return b"y", bytes(value)
    if isinstance(value, (datetime.date, datetime.time)):
        return b"d", value.isoformat().encode()
    if isinstance(value, datetime.timedelta):
        return b"s", repr((value.days, value.seconds, value.microseconds)).encode()
    if isinstance(value, (np.datetime64, np.timedelta64, uuid.UUID)):
        return b"u", str(value).encode()
    if isinstance(value, os.PathLike):
        return b"t", os.fsencode(value)
    return None


def _parts(value: object) -> tuple[bytes, list[bytes]] | None:
    if isinstance(value, (tuple, list)):
        return b"l", [key_bytes(part) for part in value]
    if isinstance(value, Mapping):
        return b"m", sorted(key_bytes(name) + key_bytes(part) for name, part in value.items())
    if isinstance(value, (set, frozenset)):
        return b"z", sorted(key_bytes(part) for part in value)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return b"a", [f"{value.dtype.str}{value.shape}".encode(), np.ascontiguousarray(value).tobytes()]
    if isinstance(value, (np.ndarray, np.void)):
        return b"l", [key_bytes(part) for part in value.tolist()]
    return None
