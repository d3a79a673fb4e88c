"""A torch generator's whole state from a key.

``manual_seed`` of a generator on the processor uses the lower 32 bits of its seed alone, so that of 80,000 samples two
share their numbers. Here the 624 words of its state come from Philox under a key of 128 bits, for 3 microseconds.
"""

from __future__ import annotations

import threading

import numpy as np
import torch
from numpy.random import Philox

_WORDS, _BEGIN, _SIZE = 624, 24, 5056
"""How many words a Mersenne twister has, where they begin in the state that torch gives, and how long that is."""


class _Scratch(threading.local):
    """What is reused from call to call; each thread has its own."""

    def __init__(self) -> None:
        self.philox = Philox(key=0)
        self.philox_state = self.philox.state
        self.state = torch.Generator("cpu").get_state()
        self.fits = self.state.numel() == _SIZE
        if self.fits:
            raw = self.state.numpy()
            self.head = raw[:8].view(np.uint64)
            self.words = raw[_BEGIN : _BEGIN + 8 * _WORDS].view(np.uint64)


_scratch = _Scratch()


def set_words(generator: torch.Generator, key: bytes) -> None:
    """Set a generator to the beginning of the stream of a key.

    Args:
        generator: the generator; one on a device gets 64 bits of the key as its seed.
        key: at least 16 bytes.
    """
    low = int.from_bytes(key[:8], "little")
    if generator.device.type != "cpu" or not _scratch.fits:
        generator.manual_seed(low - (1 << 64) if low >> 63 else low)
        return
    _scratch.words[:] = _raw_words(key)
    _scratch.head[0] = low
    generator.set_state(_scratch.state)


def _raw_words(key: bytes) -> np.typing.NDArray[np.uint32]:
    state = _scratch.philox_state
    state["state"]["key"][:] = np.frombuffer(key[:16], dtype="<u8")
    _scratch.philox.state = state
    return _scratch.philox.random_raw(_WORDS // 2).astype("<u8", copy=False).view("<u4")
