"""One condition varied at a time, in a world where it is known what each does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.explain.checking.bench import Bench
from samerun.explain.checking.use import Use
from samerun.explain.checking.varying import (
    CONDITIONS,
    Moved,
    can_vary,
    is_rounding,
    kinds_to_vary,
    not_moved_along,
    vary,
)
from samerun.explain.judging import Judge, Kept
from samerun.explain.laboratory import Trial
from samerun.factors import FACTORS
from samerun.record.run import Place
from samerun.store.layout import RunFolder
from tests.explain.checking.test_repeating import kept
from tests.explain.checking.world import ByResult, run_of


class Varied:
    """A laboratory in which the result follows from what was varied."""

    def __init__(self, result: Callable[[Trial], object], **facts: Any) -> None:
        self._result, self._facts = result, facts
        self.replays = 0

    def run(self, trial: Trial) -> Kept:
        self.replays += 1
        return Kept(run_of(self._result(trial), **self._facts), RunFolder(Path("/nowhere")))


def varied(kind: str, result: Callable[[Trial], object], **facts: Any) -> tuple[Moved | None, Varied]:
    laboratory = Varied(result, **facts)
    bench = Bench(kept(0), laboratory, ByResult())  # type: ignore[arg-type]
    return vary(bench, kind, bench.base, {}), laboratory


def test_what_changes_nothing_costs_one_run_for_each_variation() -> None:
    moved, laboratory = varied("hash-order", lambda trial: 0)
    assert moved is None
    assert laboratory.replays == 2


def test_what_moves_the_result_must_do_so_twice() -> None:
    moved, laboratory = varied("hash-order", lambda trial: int(trial.given["hash-order"]["PYTHONHASHSEED"]))
    assert moved is not None
    assert (moved.kind, moved.once, moved.doubtful, moved.ending) == ("hash-order", False, False, "")
    assert moved.differ.startswith("0 -> ")
    assert laboratory.replays == 2


def test_what_moves_it_once_is_chance() -> None:
    numbers = iter([5, 0] * 9)
    moved, _ = varied("hash-order", lambda trial: next(numbers))
    assert moved is not None
    assert moved.once
    assert moved.doubtful


def test_a_program_that_fails_under_a_variation_is_found() -> None:
    moved, _ = varied("timezone", lambda trial: 0, status="failed", exit_code=1)
    assert moved is not None
    assert moved.ending == "it fails (exit status 1)"
    assert not moved.is_ours


def test_one_that_does_not_end_may_be_held_up_by_ourselves() -> None:
    moved, _ = varied("clock", lambda trial: 0, status="killed", exit_code=-9)
    assert moved is not None
    assert moved.ending == "it does not end"
    assert moved.is_ours


def test_what_is_held_beside_is_given_too() -> None:
    seen: list[object] = []
    laboratory = Varied(lambda trial: seen.append(trial.given) or 0)
    bench = Bench(kept(0), laboratory, ByResult())  # type: ignore[arg-type]
    vary(bench, "timezone", bench.base, {"uninitialised-memory": {"mode": "zeroed"}})
    assert all(given["uninitialised-memory"] == {"mode": "zeroed"} for given in seen)  # type: ignore[index]


@pytest.mark.parametrize(("kind", "near"), [("thread-count", True), ("instruction-set", True), ("clock", False)])
def test_rounding_comes_from_threads_and_instruction_sets_only(kind: str, near: bool) -> None:
    class Near(Judge):
        def same(self, a: Kept, b: Kept) -> bool:
            return True

    assert is_rounding(kind, ByResult(), (kept(1), kept(1))) is False or kind != "clock"
    judge = ByResult()
    assert is_rounding(kind, judge, _metrics(1.0, 1.0 + 1e-9)) is near
    assert is_rounding(kind, judge, _metrics(1.0, 1.1)) is False


def _metrics(a: float, b: float) -> tuple[Kept, Kept]:
    return kept(a), kept(b)


def test_fresh_memory_is_varied_first_and_only_what_was_asked_for() -> None:
    use = Use(run_of(1, factors={"uninitialised-memory": {"places": ["a.py:1"]}, "clock": {"places": ["a.py:2"]}}))
    assert kinds_to_vary(use)[0] == "uninitialised-memory"
    assert kinds_to_vary(use, ["clock", "timezone", "listing-order"]) == ["clock", "timezone"]
    assert kinds_to_vary(use, []) == []


def test_generators_are_varied_by_leaving_them_to_the_system() -> None:
    bench = Bench(kept(0), Varied(lambda trial: 0), ByResult())  # type: ignore[arg-type]
    assert can_vary(bench, "hash-order")
    assert not can_vary(bench, "unseeded-numpy")
    assert not can_vary(bench, "moon")


def test_every_condition_has_its_factor() -> None:
    assert set(CONDITIONS) <= {factor.kind for factor in FACTORS}


@pytest.mark.parametrize(
    ("path", "state", "kind", "ending", "follows"),
    [
        ("/home/a/scripts/merge.py", "outside", "working-directory", "it fails (exit status 2)", False),
        ("/home/a/scripts/merge.py", "outside", "working-directory", "", True),
        ("/home/a/scripts/merge.py", "outside", "clock", "it fails (exit status 2)", True),
        ("/data/train.csv", "outside", "working-directory", "it fails (exit status 2)", True),
        ("merge.py", "untracked", "working-directory", "it fails (exit status 2)", True),
    ],
)
def test_a_failure_elsewhere_says_nothing_where_what_lies_beside_did_not_come_along(
    path: str, state: str, kind: str, ending: str, follows: bool
) -> None:
    run = run_of(0, place=Place("/home/a/work", "/home/a/work"), factors={"code": {path: {"size": 1, "state": state}}})
    why = not_moved_along(run, Moved(kind, {}, "", ending))
    assert (why == "") is follows
    assert follows or path in why
