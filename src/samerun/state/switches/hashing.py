"""The hash seed of the interpreter, read back by calculation: does ``hash("a")`` follow from PYTHONHASHSEED?

The interpreter takes it before it starts and never again. Where a program has set PYTHONHASHSEED for itself, that
reaches its children only; the order of its own sets stays random.
"""

from __future__ import annotations

import os
import sys

from samerun.state.environment import at_start
from samerun.state.switches.switch import START, Asked, Flags, Variable

NAME = "PYTHONHASHSEED"
_MASK = (1 << 64) - 1
_PROBE = "samerun"
_ROUNDS = {"siphash13": (1, 3), "siphash24": (2, 4)}


class Hashing:
    """The order of sets of texts: nothing can be asked for here, only found to be asked for too late."""

    name = "python"
    module = "sys"

    def variables(self, asked: Asked) -> tuple[Variable, ...]:
        """Return PYTHONHASHSEED if this program has set it for itself."""
        wanted = os.environ.get(NAME, "")
        if not asked.any or not wanted or wanted == (at_start() or {}).get(NAME):
            return ()
        return (variable(wanted),)

    def capture(self, asked: Asked) -> Flags:
        """Return nothing: there is no switch."""
        return {}

    def ask(self, asked: Asked) -> None:
        """Do nothing."""

    def restore(self, flags: Flags) -> None:
        """Do nothing."""

    def effective(self) -> Flags:
        """Return whether hashes of texts are drawn afresh in each process, and the algorithm."""
        return {"hash_randomization": effective() == "random", "hash_algorithm": sys.hash_info.algorithm}


def variable(wanted: str = "0") -> Variable:
    """Return PYTHONHASHSEED: its moment has passed in any process that can ask."""
    return Variable(NAME, wanted, START, lambda: True, effective, lambda value, _: is_in_effect(value))


def effective() -> str:
    """Return the seed that is in effect, ``random`` where it is none that this process was given."""
    if not sys.flags.hash_randomization:
        return "0"
    given = [os.environ.get(NAME), (at_start() or {}).get(NAME)]
    return next((seed for seed in given if seed and _is_number(seed) and is_in_effect(seed)), "random")


def is_in_effect(seed: str) -> bool:
    """Return whether the hashes of this process follow from a seed in decimal digits; 20 microseconds.

    Source: CPython, Python/bootstrap_hash.c (the key from the seed) and Python/pyhash.c (SipHash with that key).
    """
    if not _is_number(seed):
        return seed in ("", "random") and effective() == "random"
    rounds = _ROUNDS.get(sys.hash_info.algorithm)
    if rounds is None or sys.byteorder != "little":
        return (at_start() or {}).get(NAME) == seed and not sys.flags.ignore_environment
    key = _key(int(seed))
    return _siphash(_PROBE.encode(), key[:8], key[8:16], *rounds) == hash(_PROBE) & _MASK


def _is_number(seed: str) -> bool:
    return seed.isascii() and seed.isdigit()


def _key(seed: int) -> bytes:
    """Return the secret key of a hash seed: 0 is no key, others go through a linear congruential generator."""
    key, value = bytearray(24), seed
    for place in range(24 if seed else 0):
        value = (value * 214013 + 2531011) & 0xFFFFFFFF
        key[place] = (value >> 16) & 0xFF
    return bytes(key)


def _siphash(text: bytes, first: bytes, second: bytes, inner: int, outer: int) -> int:
    """Return SipHash of a text under a 128-bit key (Aumasson and Bernstein, 2012)."""
    k0, k1 = int.from_bytes(first, "little"), int.from_bytes(second, "little")
    state = [k0 ^ 0x736F6D6570736575, k1 ^ 0x646F72616E646F6D, k0 ^ 0x6C7967656E657261, k1 ^ 0x7465646279746573]
    padded = text + bytes(7 - len(text) % 8) + bytes([len(text) & 0xFF])
    for place in range(0, len(padded), 8):
        word = int.from_bytes(padded[place : place + 8], "little")
        state[3] ^= word
        _mix(state, inner)
        state[0] ^= word
    state[2] ^= 0xFF
    _mix(state, outer)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _mix(v: list[int], rounds: int) -> None:
    for _ in range(rounds):
        v[0] = (v[0] + v[1]) & _MASK
        v[1] = _rotated(v[1], 13) ^ v[0]
        v[0] = _rotated(v[0], 32)
        v[2] = (v[2] + v[3]) & _MASK
        v[3] = _rotated(v[3], 16) ^ v[2]
        v[0] = (v[0] + v[3]) & _MASK
        v[3] = _rotated(v[3], 21) ^ v[0]
        v[2] = (v[2] + v[1]) & _MASK
        v[1] = _rotated(v[1], 17) ^ v[2]
        v[2] = _rotated(v[2], 32)


def _rotated(value: int, bits: int) -> int:
    return (value << bits | value >> (64 - bits)) & _MASK
