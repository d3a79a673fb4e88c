"""How fast a big file is hashed, beside BLAKE3's own speed on the same bytes."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from blake3 import blake3

from benchmarks.measuring import Figure, in_turn
from samerun.basics.hashing import hash_file


def big_file(folder: Path, mebibytes: int = 512, rounds: int = 5) -> Figure:
    """Measure hashing one file; it is held to 0.9 of the speed of BLAKE3 itself, mapped and on all cores."""
    path = folder / "big.bin"
    block = os.urandom(1 << 20)
    with path.open("wb") as file:
        for number in range(mebibytes):
            file.write(number.to_bytes(8, "little") + block[8:])

    def bare() -> float:
        return seconds(lambda: blake3(max_threads=blake3.AUTO).update_mmap(path).hexdigest())

    def ours() -> float:
        return seconds(lambda: hash_file(path))

    a, b = (statistics.median(one) for one in in_turn(rounds, bare, ours))
    path.unlink()
    rule = "≥ 0.9 of BLAKE3's own speed"
    note = f"{mebibytes / 1024 / b:.1f} GiB/s; mapped under a lease, so that nobody can cut it meanwhile"
    return Figure(f"hash one file of {mebibytes} MiB", "s", a, b, b / a, 1 / 0.9, rule, note)


def seconds(action: Callable[[], object]) -> float:
    """Return how long ``action`` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
