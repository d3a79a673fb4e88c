"""The Mersenne Twister as python, numpy and torch keep it: 624 words of 32 bits and a position (MT19937)."""

from __future__ import annotations

import ctypes
import random
import struct
from typing import TYPE_CHECKING

from samerun.errors import CannotRestore, Fault

if TYPE_CHECKING:
    import torch

WORDS = 624
STATE_BYTES = 4 * WORDS

_PACKED = struct.Struct(f"<{WORDS}I")
# torch's layout on the processor: the seed, how many words are left until the next twist, whether it is seeded, the
# next word, the words (64 bits for each), and zeros where no second normal number waits. A generator just seeded has
# one left.
_TORCH = struct.Struct(f"=QiiQ{WORDS}Q40x")
_TORCH_PROBE = 5489


def pack(words: tuple[int, ...]) -> bytes:
    """Return the words as bytes, the lowest byte first."""
    return _PACKED.pack(*words)


def unpack(data: bytes) -> tuple[int, ...]:
    """Return the words that ``pack`` has packed."""
    return _PACKED.unpack(data)


def words_of(key: int) -> tuple[int, ...]:
    """Return the words of a generator just seeded with a number of any size, every bit of which counts.

    It is the reference's ``init_by_array``, by way of python's own generator.
    """
    return tuple(random.Random(key).getstate()[1][:WORDS])


def check_position(position: object, what: str) -> None:
    """Refuse a position that the C code would take for one in other memory.

    Raises:
        CannotRestore: it is none of 0 to 624.
    """
    if type(position) is not int or not 0 <= position <= WORDS:
        raise malformed(what, "its position is not between 0 and 624")


def malformed(what: str, why: str) -> CannotRestore:
    """Return the error for what is no state."""
    return CannotRestore(
        f"This is no state of {what}: {why}.", "Nothing was restored; the file may be damaged.", generator=what
    )


def cpu_state(key: int, initial_seed: int) -> bytes:
    """Return the state of torch's generator on the processor, all of whose words come from ``key``.

    ``manual_seed`` takes 32 bits, whatever it is given.

    Args:
        key: a number of any size.
        initial_seed: what ``initial_seed()`` of the generator will say, 64 bits.

    Raises:
        Fault: this torch keeps its state in another way than those that are known.
    """
    _check_layout()
    return _TORCH.pack(initial_seed, 1, 1, 0, *words_of(key))


def _check_layout() -> None:
    # Who asks for torch's state has torch.
    import torch

    known = get_bytes(torch.Generator().manual_seed(_TORCH_PROBE))
    if len(known) != _TORCH.size or _TORCH.unpack(known)[:5] != (_TORCH_PROBE, 1, 1, 0, _TORCH_PROBE):
        raise Fault(f"torch {torch.__version__} keeps the state of its generator in a way that samerun does not know.")


def get_bytes(generator: torch.Generator) -> bytes:
    """Return the state of a torch generator. No operation of torch is run: no mode or default device can step in."""
    state = generator.get_state()
    return ctypes.string_at(state.data_ptr(), state.numel())


def put_bytes(generator: torch.Generator, data: bytes) -> None:
    """Set the state of a torch generator.

    Raises:
        CannotRestore: torch refuses it; the generator is as it was.
    """
    state = generator.get_state()
    if state.numel() != len(data):
        raise malformed("torch's generator", f"it has {len(data)} bytes, not {state.numel()}")
    ctypes.memmove(state.data_ptr(), data, len(data))
    try:
        generator.set_state(state)
    except RuntimeError as error:
        raise malformed("torch's generator", str(error).splitlines()[0]) from error
