"""Where the questions are tried: what was held before is not run again."""

from __future__ import annotations

from samerun.explain.checking.bench import ending, words
from samerun.explain.judging import Kept
from tests.explain.checking.test_repeating import kept
from tests.explain.checking.world import bench_of, run_of


def test_the_same_question_is_the_same_series() -> None:
    bench, world = bench_of(lambda drawn: drawn["clock"])
    assert bench.holding(["clock", "hash-order"]) is bench.holding(["hash-order", "clock"])
    assert bench.holding(["clock"]) is not bench.holding(["clock"], {"clock": ["train.py:3"]})
    bench.holding(["clock"]).agrees(3)
    bench.holding(["clock"]).agrees(3)
    assert world.replays == 3


def test_a_replay_that_agreed_is_a_sample_of_what_a_recording_holds() -> None:
    bench, world = bench_of(lambda drawn: drawn["hash-order"])
    bench.watched, bench.repeats_recorded = bench.base, True
    assert bench.holding(["hash-order"]).agrees()
    assert world.replays == 4
    bench.holding(["clock"]).agrees(1)
    assert world.replays == 5


def test_what_the_replay_held_in_vain_is_not_tried_again() -> None:
    bench, world = bench_of(lambda drawn: drawn["clock"])
    bench.watched = kept(9)
    assert not bench.holding(["hash-order", "unseeded-python"]).agrees()
    assert world.replays == 0
    assert bench.holding(["hash-order"]).differ == "0 -> 9"
    assert bench.holding(["clock"]).agrees()


def test_plain_runs_may_end_as_they_like() -> None:
    bench, _ = bench_of(lambda drawn: 0, lambda held: {"status": "failed", "exit_code": 2} if not held else {})
    assert bench.holding(()).agrees()


def test_how_a_run_ends_is_said_in_words() -> None:
    good = kept(1)

    def ended(status: str, code: int) -> Kept:
        return Kept(run_of(1, status=status, exit_code=code), good.folder)

    assert ending(good, good) == ""
    assert ending(ended("failed", 3), good) == "it fails (exit status 3)"
    assert ending(ended("killed", -9), good) == "it does not end"
    assert ending(ended("failed", 3), ended("failed", 3)) == ""


def test_what_is_held_is_said_in_words() -> None:
    assert words(()) == "as it is"
    assert words(["clock", "hash-order"], {"clock": ["a.py:1"]}) == "held still: clock at a.py:1, hash-order"


def test_runs_with_a_seed_on_each_line_are_a_series_of_their_own() -> None:
    bench, world = bench_of(lambda drawn: drawn["seeded"])
    plain, seeded = (bench.holding(["unseeded-numpy"], seeded=each) for each in (False, True))
    assert plain.agrees(2)
    assert seeded.agrees(2)
    assert [each.runs[0].run.metrics["result"] for each in (plain, seeded)] == [0, 1]
    assert "a seed on each line" in world.asked[-1]
