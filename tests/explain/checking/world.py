"""A world in which programs are a function of what differs between runs: quick, and every chance is counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from samerun.explain.checking.bench import Bench
from samerun.explain.checking.sources import PROXIMITY
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Trial
from samerun.factors.unseeded import ALIKE, HELD
from samerun.record.run import Place, Run
from samerun.store.layout import RunFolder

Program = Callable[[Mapping[str, int]], object]
"""From what each source gave in this run to the result."""


def run_of(result: object, **facts: Any) -> Run:
    factors = {
        "os-entropy": {"entropy": "ab" * 32, "unseeded": {}},
        "hash-order": {"PYTHONHASHSEED": "17", "found": "unset"},
        "thread-count": {"cores": 2},
        **facts.pop("factors", {}),
    }
    plain: dict[str, Any] = {"status": "finished", "exit_code": 0, "started": 0.0, "metrics": {"result": result}}
    place = facts.pop("place", Place("/p", "/p"))
    return Run("r", "train", ["python", "train.py"], place, factors=factors, **{**plain, **facts})


class ByResult(Judge):
    """Holds results against each other by a metric, as it stands in the record."""

    def same(self, a: Kept, b: Kept) -> bool:
        return a.run.metrics == b.run.metrics and a.run.status == b.run.status

    def describe(self, a: Kept, b: Kept) -> str:
        return f"{a.run.metrics['result']} -> {b.run.metrics['result']}"


@dataclass
class World:
    """Stands in the laboratory's place.

    Args:
        program: the program.
        facts: further facts of each run (its status), by the kinds that were held still in it.
    """

    program: Program
    facts: Callable[[set[str]], dict[str, Any]] = lambda held: {}
    replays: int = 0
    asked: list[str] = field(default_factory=list)

    def run(self, trial: Trial) -> Kept:
        self.replays += 1
        self.asked.append(trial.what)
        held = held_by(trial.given)
        drawn = {kind: 0 if kind in held else self.replays for kind in PROXIMITY}
        drawn["seeded"] = int(any(values.get("mode") == ALIKE for values in trial.given.values()))
        return Kept(run_of(self.program(drawn), **self.facts(held)), RunFolder(Path("/nowhere")))


def held_by(given: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """Return the kinds that a launch holds still."""
    held = set()
    for kind, values in given.items():
        if kind == "hash-order":
            held |= {kind} if values["PYTHONHASHSEED"] != "random" else set()
        elif kind.startswith("unseeded-") or kind == "os-entropy":
            held |= {kind} if values.get("mode") in (HELD, ALIKE) else set()
        else:
            held.add(kind)
    return held


def bench_of(program: Program, facts: Callable[[set[str]], dict[str, Any]] = lambda held: {}) -> tuple[Bench, World]:
    """Return a bench whose runs are a program's in a world, and that world."""
    world = World(program, facts)
    base = Kept(run_of(program(dict.fromkeys((*PROXIMITY, "seeded"), 0))), RunFolder(Path("/nowhere")))
    return Bench(base, world, ByResult()), world  # type: ignore[arg-type]
