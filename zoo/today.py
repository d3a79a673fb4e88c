"""What a user could do today, on the same cases.

- *two runs and diff -r*: run it twice, compare the folders byte for byte; between two runs, compare the two trees and
  take each file of the project that differs as a cause.
- *seed_everything*: what Lightning's function of that name does (seeds of random, numpy and torch, and its variables),
  written out, since Lightning need not be installed; then two runs.
- *deterministic flag*: ``torch.use_deterministic_algorithms(True)`` and cuBLAS's variable; then two runs.

The last two say something only by agreeing where two plain runs did not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zoo.case import Case
from zoo.results import Result
from zoo.trees import Way, build, run, snapshot, way

PRELUDES = Path(__file__).parent / "means"
WAYS = ("two runs and diff -r", "seed_everything", "deterministic flag")


@dataclass(frozen=True)
class Today:
    """One way on one case: whether it ``noticed`` a difference, ``cured`` it, and ``named`` the cause exactly."""

    way: str
    noticed: bool
    cured: bool = False
    named: bool = False


def try_today(case: Case, home: Path) -> list[Today]:
    """Try each way on a case.

    Raises:
        BadCase: its program fails.
    """
    bare = replace(case, excused=())  # a comparison by bytes excuses nothing
    if case.question == "explain":
        return [_trees(bare, home)]
    differ = _two_runs(bare, home)
    found = [Today(WAYS[0], differ, named=not differ and case.is_control)]
    for name, prelude in zip(WAYS[1:], ("seeded", "deterministic"), strict=True):
        still = _two_runs(bare, home, prelude)
        found.append(Today(name, still, cured=differ and not still, named=not still and case.is_control))
    return found


def _two_runs(case: Case, home: Path, prelude: str = "") -> bool:
    """Say whether two runs leave other bytes, the second in the folder that the first left as well."""
    results = [_once(case, home, prelude), _once(case, home, prelude)]
    return results[0] != results[1]


def _once(case: Case, home: Path, prelude: str) -> Result:
    folder = home / "project"
    build(case, folder)
    how = way(case, folder)
    return run(case, _with(how, PRELUDES / f"{prelude}.py") if prelude else how)


def _with(how: Way, prelude: Path) -> Way:
    """Return a way that runs a prelude before the program, in its process."""
    return replace(how, command=[how.command[0], str(prelude), *how.command[1:]])


def _trees(case: Case, home: Path) -> Today:
    """Compare the two trees: every file of the project that differs is named."""
    build(case, home / "a")
    build(case, home / "b", steps=case.steps)
    a, b = ({name: key.split()[0] for name, key in snapshot(home / tree).items()} for tree in ("a", "b"))
    changed = {name for name in {*a, *b} if a.get(name) != b.get(name)}
    true = {subject.partition(":")[0] for cause in case.causes for subject in cause.subjects}
    return Today(WAYS[0], bool(changed), named=changed == true)


def noticed_wrongly(case: Case, tried: Sequence[Today]) -> list[str]:
    """Return the ways that saw a difference where there is none."""
    return [each.way for each in tried if case.question == "check" and case.is_control and each.noticed]
