"""The clock: held where the recorded run began, varied to another day and to another speed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.factors.clock import Clock, clock_seen
from samerun.factors.factor import Plan, Scene
from samerun.inside.conditions.clock import SHIFT_NS
from samerun.record.observation import Observation
from samerun.record.values import Change, Values

STARTED = 1_800_000_000_000_000_000


def read(scene: Scene) -> Values:
    values = Clock().read(scene)
    assert isinstance(values, dict)
    return values


def test_when_the_run_began_is_kept_and_given_again(
    scene: Callable[..., Scene], plan: Callable[..., Plan], ended: Callable[..., Observation]
) -> None:
    values = read(scene(observed=ended(used={"clock": ("t.py:3",)})))
    assert values["places"] == ["t.py:3"]
    again = plan()
    Clock().give(again, values)
    assert again.started_ns == values["started"]
    assert again.conditions == {}
    assert read(scene(plan=again))["started"] == values["started"]


def test_held_it_begins_there(plan: Callable[..., Plan]) -> None:
    present = plan()
    Clock().give(present, Clock().held({"started": STARTED}) or {})
    assert present.conditions == {"clock": f"held:{STARTED}"}
    assert "held:17" in (Clock().held({}) or {})["mode"]


def test_it_is_varied_to_another_day_and_to_another_speed(plan: Callable[..., Plan]) -> None:
    present = plan()
    modes = []
    for values in Clock().variations({"started": STARTED}):
        Clock().give(present, {**values, "sites": ["t.py:3"]})
        modes.append(present.conditions["clock"])
    assert modes == ["shifted@t.py:3", "fast@t.py:3"]
    assert present.started_ns == STARTED


def test_another_moment_is_no_change_of_anybodys() -> None:
    assert Clock().differences({"started": 1}, {"started": 2}) == []
    assert "seed" in Clock().advice(Change("clock", "clock"))


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        ("", (1000.0, 1010.0)),
        ("watch", (1000.0, 1010.0)),
        ("shifted", (1000.0 + SHIFT_NS / 1e9, 1010.0 + SHIFT_NS / 1e9)),
        ("fast", (1000.0, 1030.0)),
        ("shifted@a.py:3", (1000.0, 1010.0 + SHIFT_NS / 1e9)),
    ],
)
def test_the_programs_own_moments_are_those_of_the_clock_that_it_saw(given: str, seen: tuple[float, float]) -> None:
    assert clock_seen(given, 1000.0, 1010.0) == pytest.approx(seen, abs=1e-6)


def test_a_held_clock_may_run_on(plan: Callable[..., Plan]) -> None:
    started, ended = clock_seen(f"held:{STARTED}", 2e9, 2e9 + 10)
    assert started == STARTED / 1e9
    assert ended > started + 86400
