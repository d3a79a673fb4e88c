"""Programs that cannot be checked: the sentence says which, and what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from samerun.errors import CannotCheck
from samerun.explain.checking.bench import Bench
from samerun.explain.checking.failing import refusal, refuse_failing, silence_note
from samerun.explain.judging import Kept
from samerun.record.output import Output
from samerun.store.layout import RunFolder
from tests.explain.checking.world import bench_of, run_of


def failed(folder: Path, printed: str, code: int = 1, **facts: Any) -> Kept:
    (folder / "logs").mkdir()
    (folder / "logs" / "train.log").write_text(printed)
    return Kept(run_of(1, status="failed", exit_code=code, **facts), RunFolder(folder))


@pytest.mark.parametrize(
    ("printed", "code", "words"),
    [
        ("Traceback\nValueError: no data\n\n", 1, "fails (1) as it is, in each of two runs: ValueError: no data"),
        ("", 3, "fails (3) as it is, in each of two runs: it printed nothing"),
        ("half way\n", -9, "was ended by signal 9"),
        ("EOFError: EOF when reading a line\n", 1, "needs somebody at a terminal"),
        ("termios.error: (25, 'Inappropriate ioctl for device')\n", 1, "needs somebody at a terminal"),
    ],
)
def test_the_sentence_says_how_it_fails(tmp_path: Path, printed: str, code: int, words: str) -> None:
    error = refusal(failed(tmp_path, printed, code))
    assert words in error.sentence
    assert error.next_step
    assert error.facts["exit_code"] == code


def test_a_log_that_is_gone_leaves_a_sentence_all_the_same(tmp_path: Path) -> None:
    assert "it printed nothing" in refusal(Kept(run_of(1, exit_code=1), RunFolder(tmp_path))).sentence


def test_what_fails_in_two_runs_is_refused_and_what_fails_in_one_is_not(tmp_path: Path) -> None:
    plain, world = bench_of(lambda drawn: 0, lambda held: {"status": "failed", "exit_code": 1})
    always = Bench(failed(tmp_path, "no\n"), plain.laboratory, plain.judge)
    with pytest.raises(CannotCheck):
        refuse_failing(always)
    now_and_then, _ = bench_of(lambda drawn: 0)
    refuse_failing(Bench(always.base, now_and_then.laboratory, now_and_then.judge))
    assert world.replays == 1


def test_what_ends_well_costs_no_run() -> None:
    bench, world = bench_of(lambda drawn: 0)
    refuse_failing(bench)
    assert world.replays == 0


def test_only_what_leaves_nothing_at_all_gets_a_note(tmp_path: Path) -> None:
    silent = Kept(run_of(1, metrics={}), RunFolder(tmp_path))
    (note,) = silence_note(silent)
    assert "only how it ends" in note
    assert silence_note(Kept(run_of(1), RunFolder(tmp_path))) == []
    wrote = run_of(1, metrics={}, outputs=[Output("a", "text", 1, "h", "results/a")])
    assert silence_note(Kept(wrote, RunFolder(tmp_path))) == []
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "stdout.log").write_text("1\n")
    assert silence_note(silent) == []
