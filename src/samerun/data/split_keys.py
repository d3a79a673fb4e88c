"""Keys of rows as bytes that are the same on every machine, in every library and for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any

from samerun.errors import BadSplit
from samerun.outputs.late import Late

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # commands that split nothing do not pay for it

_GIVE = "A key is an int, a str, bytes, or a tuple of these."


def listed(values: Any, what: str = "keys") -> list[Any]:
    """Return keys, groups or labels as a list of Python's own objects.

    Args:
        values: a list, tuple, range or iterator; a numpy array, pandas Series or Index, polars Series, Arrow array.
        what: what they are called in an error.

    Raises:
        BadSplit: they have no order, no length or more than one dimension.
    """
    if isinstance(values, str | bytes | Mapping | Set) or not isinstance(values, Iterable):
        sentence = f"The {what} are a {type(values).__name__}, not one value for each row in order."
        raise BadSplit(sentence, "Give a list, an array or a column.")
    if getattr(values, "ndim", 1) != 1 or hasattr(values, "columns"):
        raise BadSplit(f"The {what} have more than one dimension.", f"Give one column, such as {what}=table['id'].")
    if hasattr(values, "to_pylist"):
        return list(values.to_pylist())
    tolist = getattr(values, "tolist", None) or getattr(values, "to_list", None)
    return list(tolist()) if callable(tolist) else list(values)


def encode_key(key: Any, row: int, what: str = "key") -> bytes:
    """Return the bytes that stand for a key: a letter for its type, and its content.

    ``i`` and the decimal digits of an integer; ``s`` and UTF-8; ``b`` and bytes; ``?`` and 0 or 1 for a boolean; ``t``
    and, for each member of a tuple, the length of its encoding in 8 bytes (little-endian) and the encoding.

    Args:
        key: the key; numpy's integers, texts and booleans are as Python's.
        row: where it stands, for an error.
        what: what it is called in an error.

    Raises:
        BadSplit: it is missing, or of a type whose content is not the same everywhere.
    """
    if isinstance(key, str):
        return b"s" + key.encode("utf-8", "surrogatepass")
    if isinstance(key, bool | np.bool_):
        return b"?1" if key else b"?0"
    if isinstance(key, int | np.integer):
        return b"i%d" % int(key)
    if isinstance(key, bytes | bytearray):
        return b"b" + bytes(key)
    if isinstance(key, tuple):
        members = [encode_key(member, row, what) for member in key]
        return b"t" + b"".join(len(member).to_bytes(8, "little") + member for member in members)
    raise _refused(key, row, what)


def _refused(key: Any, row: int, what: str) -> BadSplit:
    if is_missing(key):
        return BadSplit(f"The {what} of row {row} is missing.", f"Each row needs a {what} of its own.", row=row)
    sentence = f"The {what} of row {row} is a {type(key).__name__}: {key!r:.60}."
    if isinstance(key, float | np.floating):
        return BadSplit(sentence, f"{_GIVE} Numbers that ought to be whole: `.astype('int64')`.", row=row)
    return BadSplit(sentence, f"{_GIVE} Text is always possible: str(key).", row=row)


def is_missing(value: Any) -> bool:
    """Say whether a value is one of the libraries' ways to say that there is none: None, NaN, NA, NaT."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):  # NA answers no question about itself
        return True
    return isinstance(value, float | np.floating | np.datetime64 | np.timedelta64) and bool(value != value)


def same_length(keys: Sequence[Any], values: Sequence[Any], what: str) -> None:
    """Refuse groups or labels that are not one for each key.

    Raises:
        BadSplit: with both numbers.
    """
    if len(keys) != len(values):
        sentence = f"There are {len(keys):,} keys and {len(values):,} {what}."
        raise BadSplit(sentence, "Give one for each row.", keys=len(keys), values=len(values))
