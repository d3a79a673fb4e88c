"""The clock: what time it is, and how fast it goes."""

from __future__ import annotations

from collections.abc import Iterator

from samerun.factors.condition import MODE, Condition
from samerun.factors.factor import Plan, Scene
from samerun.inside.conditions.clock import FAST, HELD, SHIFT_NS, SHIFTED, SPEED
from samerun.record.missing import Missing
from samerun.record.values import Change, Reading, Values

STARTED = "started"
DEFAULT_START_NS = 1_700_000_000_123_456_789
"""Where a held clock begins for a run of which it is not known when it began: 14 November 2023."""

_HELD_DAYS = 400


class Clock(Condition):
    """What ``time`` and ``datetime`` say; ``started`` is when the run began, in nanoseconds since the epoch."""

    kind = "clock"
    modes = (SHIFTED, FAST)
    still = HELD

    def read(self, scene: Scene) -> Reading:
        """Return when the run began, what was given, and which lines were seen to read a clock."""
        given = super().read(scene)
        return given if isinstance(given, Missing) else {STARTED: scene.plan.started_ns, **given}

    def give(self, plan: Plan, values: Values) -> None:
        """Have the clock held or changed in every process; a replay keeps the moment at which the run began."""
        super().give(plan, values)
        plan.started_ns = int(values.get(STARTED, plan.started_ns))

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield another day and time of day, and a clock that runs faster."""
        for mode in self.modes:
            yield {**values, MODE: mode}

    def held(self, values: Values) -> Values | None:
        """Return a clock that begins where the run began and ticks at every call."""
        return {**values, MODE: f"{HELD}:{values.get(STARTED, DEFAULT_START_NS)}"}

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return (
            "take the clock out of what is calculated: a fixed seed, a date from the configuration, steps, not seconds"
        )


def clock_seen(given: str, started: float, ended: float) -> tuple[float, float]:
    """Return from when to when a run went on by the clock that its program saw, in seconds since the epoch.

    Moments and spans within it are those of the run itself, and no difference of its result.

    Args:
        given: what the launch was given for the clock, as ``plan.conditions`` has it.
        started: by the real clock.
        ended: by the real clock.
    """
    mode, _, sites = given.partition("@")
    name, _, moment = mode.partition(":")
    seen = {
        HELD: lambda: (int(moment or 0) / 1e9, int(moment or 0) / 1e9 + _HELD_DAYS * 86400.0),
        SHIFTED: lambda: (started + SHIFT_NS / 1e9, ended + SHIFT_NS / 1e9),
        FAST: lambda: (started, started + (ended - started) * SPEED),
    }.get(name, lambda: (started, ended))()
    return (min(started, seen[0]), max(ended, seen[1])) if sites else seen
