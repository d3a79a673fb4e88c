"""How fast data is identified: a big file beside BLAKE3 itself, many small ones beside reading and hashing them."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from blake3 import blake3

from benchmarks.hashing import big_file, seconds
from benchmarks.measuring import Figure, in_turn
from samerun.data import hash_tree, lock, verify

FILES, SIZE = 20_000, 16 << 10


def one_gibibyte(folder: Path) -> Figure:
    """Measure hashing one file of 1 GiB; it is held to 0.9 of BLAKE3's own speed."""
    return big_file(folder, 1024)


def first_time(folder: Path, rounds: int = 5) -> Figure:
    """Measure a folder of 20,000 files of 16 KiB that was never looked at, beside reading and hashing each bare."""
    make(folder, FILES, SIZE)
    cache = folder / "cache"
    return figure(
        "identify 20,000 files of 16 KiB", rounds, lambda: bare(folder / "data"), lambda: whole(folder, cache), 0.5
    )


def unchanged(folder: Path, rounds: int = 5) -> Figure:
    """Measure the same folder when nothing has changed, beside asking the file system for each file's stat."""
    make(folder, FILES, SIZE)
    return _unchanged("20,000 unchanged files", folder, rounds, 0.1)


def hundred_thousand(folder: Path, rounds: int = 5) -> Figure:
    """Measure a folder of 100,000 unchanged files."""
    make(folder, 100_000, 100)
    return _unchanged("100,000 unchanged files", folder, rounds, 0.5)


def verified(folder: Path, rounds: int = 5) -> Figure:
    """Measure verifying 20,000 unchanged files against their lock."""
    make(folder, FILES, SIZE)
    rest()
    cache = folder / "cache"
    lock(folder / "data", folder / "data.lock", cache=cache)
    return figure(
        "verify 20,000 unchanged files, quick",
        rounds,
        lambda: stats(folder / "data"),
        lambda: verify(folder / "data.lock", quick=True, cache=cache),
        0.2,
    )


def _unchanged(name: str, folder: Path, rounds: int, budget: float) -> Figure:
    rest()
    cache = folder / "cache"
    hash_tree(folder / "data", cache=cache)
    return figure(
        name,
        rounds,
        lambda: stats(folder / "data"),
        lambda: hash_tree(folder / "data", quick=True, cache=cache).root,
        budget,
    )


def figure(name: str, rounds: int, bare_one: Callable[[], object], ours: Callable[[], object], budget: float) -> Figure:
    """Measure both in turn; the seconds of ours are held to the budget."""
    a, b = in_turn(rounds, lambda: seconds(bare_one), lambda: seconds(ours))
    measured = statistics.median(b)
    return Figure(name, "s", statistics.median(a), measured, measured, budget, f"≤ {budget} s")


def make(folder: Path, count: int, size: int) -> None:
    """Write so many files of a size, 100 in a folder, each different."""
    block = os.urandom(size)
    for number in range(count):
        place = folder / "data" / f"{number // 100:04}"
        if number % 100 == 0:
            place.mkdir(parents=True)
        (place / f"{number % 100:02}.bin").write_bytes(number.to_bytes(8, "little") + block[8:])


def rest() -> None:
    """Wait until no file is young any more: the figure is of files that were not written just now."""
    time.sleep(0.05)


def whole(folder: Path, cache: Path) -> object:
    """Identify the folder by its bytes."""
    return hash_tree(folder / "data", cache=cache).root


def bare(folder: Path) -> None:
    """Read and hash each file, and nothing more."""
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb", buffering=0) as file:
                blake3(file.read()).hexdigest()


def stats(folder: Path) -> None:
    """Ask for the stat of each file, and nothing more."""
    for path, _, names in os.walk(folder):
        for name in names:
            os.stat(os.path.join(path, name))
