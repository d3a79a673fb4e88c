"""How a figure is measured: the subject and the bare thing in turn, in one sitting, and the medians of both."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
BIN = Path(sys.executable).parent
SAMERUN = str(BIN / "samerun")


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, the bare thing beside it, and what it is held to.

    ``measured`` and ``bare`` are medians in ``unit``; ``held`` is the value that ``budget`` bounds (a difference, a
    ratio or ``measured`` itself, as ``rule`` says).
    """

    name: str
    unit: str
    bare: float
    measured: float
    held: float
    budget: float
    rule: str
    note: str = ""

    @property
    def ratio(self) -> float:
        """How many times the bare thing it takes."""
        return self.measured / self.bare if self.bare else float("inf")

    @property
    def met(self) -> bool:
        """Whether the budget is kept."""
        return self.held <= self.budget


@dataclass(frozen=True)
class Spent:
    """What one whole process took, in seconds: by the clock, and of the processors (its children included)."""

    wall: float
    processor: float
    output: str


def run(command: Sequence[str], cwd: Path, environment: Mapping[str, str] | None = None) -> Spent:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; a benchmark of something that does not work is worth nothing.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=cwd, env=environment or plain_environment(), capture_output=True, text=True, check=False
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-2000:]}")
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, processor, done.stdout)


def plain_environment() -> dict[str, str]:
    """Return the variables of a plain shell, this environment's commands first on the path."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMERUN", "PYTHON"))}
    return {**kept, "PATH": f"{BIN}{os.pathsep}{kept.get('PATH', '')}", "OMP_NUM_THREADS": "1"}


def in_turn(rounds: int, *subjects: Callable[[], T]) -> list[list[T]]:
    """Call the subjects in turn, ``rounds`` times after one round that does not count; return the results of each."""
    results: list[list[T]] = [[] for _ in subjects]
    for number in range(rounds + 1):
        for results_of_one, subject in zip(results, subjects, strict=True):
            result = subject()
            if number:
                results_of_one.append(result)
    return results


def median_wall(spent: Sequence[Spent]) -> float:
    """Return the median of the seconds by the clock."""
    return statistics.median(one.wall for one in spent)


def median_of_pairs(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the median of ``b - a``, pair by pair: what drifts during the sitting drops out."""
    return statistics.median(y - x for x, y in zip(a, b, strict=True))
