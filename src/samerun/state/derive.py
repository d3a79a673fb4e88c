"""Seeds from seeds: a keyed hash of everything that names a stream of random numbers.

``seed + epoch`` or ``seed + rank`` gives the same number to different things: (0, 1) and (1, 0). A hash of the whole
tuple does not. It is BLAKE2b (RFC 7693), keyed with the seed; the message names each field, so that no two tuples share
one, and that a field which is not given differs from one that is 0.
"""

from __future__ import annotations

import numbers
from hashlib import blake2b

from samerun.errors import BadSeed

LARGEST_SEED = 2**64 - 1
MOST_BITS = 512

_DOMAIN = b"samerun.seed/1"


def checked_seed(seed: object) -> int:
    """Return ``seed`` as an int.

    Args:
        seed: a whole number from 0 to 2**64 - 1, python's or numpy's.

    Raises:
        BadSeed: it is anything else; a bool is no number here.
    """
    value = whole_number(seed, "The seed")
    if not 0 <= value <= LARGEST_SEED:
        raise BadSeed(f"The seed {_short(value)} is not between 0 and 2**64 - 1.", "Choose another one.", seed=value)
    return value


def whole_number(value: object, what: str) -> int:
    """Return a whole number as an int, never rounding or reading text.

    Args:
        value: the number.
        what: what it is, for the sentence.

    Raises:
        BadSeed: it is no whole number.
    """
    if type(value) is int:
        return value
    # numpy's integers are registered as Integral, its booleans are not.
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise BadSeed(f"{what} is no whole number: {_short(value)}.", "Give an integer such as 42.", given=repr(value))
    return int(value)


def derive_seed(
    seed: int,
    *,
    rank: int | None = None,
    worker: int | None = None,
    epoch: int | None = None,
    sample: int | str | None = None,
    purpose: str = "",
    bits: int = 64,
) -> int:
    """Return a number for one purpose, the same wherever and whenever it is asked for.

    Args:
        seed: the seed of the run, 0 to 2**64 - 1.
        rank: the process of a distributed run, from 0; None leaves it out.
        worker: the worker of a loader, from 0; None leaves it out.
        epoch: the pass over the data, from 0; None leaves it out.
        sample: what identifies a sample: its index or its name; 1 and "1" differ.
        purpose: what the number is for, such as ``"augment"``.
        bits: how many bits the result has, 1 to 512. Results of other widths are unrelated.

    Returns:
        0 to 2**bits - 1. Costs about 3 microseconds.

    Raises:
        BadSeed: an argument is no such number or text.
    """
    count = _checked_bits(bits)
    data = derive_bytes(seed, rank, worker, epoch, sample, purpose, size=(count + 7) // 8)
    return int.from_bytes(data, "little") >> (-count % 8)


def derive_bytes(
    seed: int,
    rank: int | None,
    worker: int | None,
    epoch: int | None,
    sample: int | str | None,
    purpose: str,
    size: int,
) -> bytes:
    """Return what ``derive_seed`` makes its number of: ``size`` bytes, at most 64."""
    if type(purpose) is not str:
        raise BadSeed(f"The purpose of a seed is no text: {_short(purpose)}.", 'Name it, as in "augment".')
    message = b"".join(
        (
            _ordinal(b"r", rank, "The rank"),
            _ordinal(b"w", worker, "The worker"),
            _ordinal(b"e", epoch, "The epoch"),
            _sample(sample),
            b"p" + purpose.encode("utf-8", "surrogatepass"),
        )
    )
    key = checked_seed(seed).to_bytes(8, "little")
    return blake2b(message, digest_size=size, key=key, person=_DOMAIN).digest()


def _checked_bits(bits: int) -> int:
    count = whole_number(bits, "The number of bits")
    if not 1 <= count <= MOST_BITS:
        raise BadSeed(f"{_short(count)} bits cannot be derived.", f"Ask for 1 to {MOST_BITS}.", bits=count)
    return count


def checked_rank(rank: object) -> int | None:
    """Return the rank of a process as an int, or None.

    Raises:
        BadSeed: it is no whole number from 0.
    """
    return None if rank is None else _counted(rank, "The rank")


def _ordinal(tag: bytes, value: int | None, what: str) -> bytes:
    return b"" if value is None else tag + _sized(_signed(_counted(value, what)))


def _counted(value: object, what: str) -> int:
    number = whole_number(value, what)
    if number < 0:
        raise BadSeed(f"{what} is negative: {_short(number)}.", "They count from 0.", given=number)
    return number


def _sample(sample: int | str | None) -> bytes:
    if sample is None:
        return b""
    if isinstance(sample, str):
        return b"t" + _sized(sample.encode("utf-8", "surrogatepass"))
    return b"i" + _sized(_signed(whole_number(sample, "The sample")))


def _signed(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "little", signed=True)


def _sized(data: bytes) -> bytes:
    """Put the length first, so that no field can be read as another's beginning."""
    return len(data).to_bytes(8, "little") + data


def _short(value: object) -> str:
    # Writing out an int of thousands of digits is refused by Python itself.
    if type(value) is int and value.bit_length() > 256:
        return f"{'-' if value < 0 else ''}2**{value.bit_length() - 1} or more"
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
