"""Only what cannot disturb itself runs side by side."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import structs

from samerun.explain import pace
from samerun.explain.pace import MOST, side_by_side
from samerun.record.run import Run
from samerun.record.window import Window

Make = Callable[..., Run]


@pytest.fixture(autouse=True)
def _many_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "cores_allowed", lambda: 64)


def alone(make_run: Make, pids: int = 1, seconds: float = 1.0, **factors: object) -> Run:
    return structs.replace(make_run(**factors), window=Window(0.0, 1.0, pids=frozenset(range(pids))), seconds=seconds)


def test_a_program_of_one_process_and_one_thread(make_run: Make) -> None:
    plain = alone(make_run, thread_count={"cores": 2, "torch.threads": "1"})
    assert side_by_side(plain, plain) == MOST


@pytest.mark.parametrize(
    "other",
    [
        {"pids": 2},
        {"seconds": 4000.0},
        {"thread_count": {"cores": 2, "torch.threads": "2"}},
        {"machine": {"cuda": "12.4"}},
    ],
    ids=["processes", "long", "threads", "graphics card"],
)
def test_what_may_disturb_itself_runs_alone(make_run: Make, other: dict[str, object]) -> None:
    disturbing = alone(make_run, **other)  # type: ignore[arg-type]
    assert side_by_side(alone(make_run), disturbing) == 1
    assert side_by_side(disturbing, alone(make_run)) == 1


def test_a_run_whose_processes_are_not_known_runs_alone(make_run: Make) -> None:
    assert side_by_side(make_run(), make_run()) == 1


def test_no_more_than_there_are_processors(make_run: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "cores_allowed", lambda: 2)
    assert side_by_side(alone(make_run), alone(make_run)) == 2
