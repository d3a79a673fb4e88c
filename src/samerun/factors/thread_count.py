"""The thread counts: sums are added in another order with another number of threads."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samerun.factors.condition import Condition
from samerun.factors.factor import Plan, Scene, Variables
from samerun.inside.conditions.asked import WATCH
from samerun.inside.conditions.threads import ONE, VARIABLES, WORKERS
from samerun.record.values import Change, Reading, Values

_SETTERS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
_ASKED = ("mode", "sites", "places")


class _Inside(Condition):
    """What is asked of the program's processes."""

    kind = "thread-count"


class ThreadCount(Variables):
    """The variables, the processors allowed, and what the libraries said they used.

    Inside the program it has the modes ``one`` and ``workers`` (see ``inside.conditions.threads``); ``places`` are the
    lines that make a loader.
    """

    kind = "thread-count"
    advised = "fix the thread count (OMP_NUM_THREADS before the start, `torch.set_num_threads` inside)"
    names = (
        "OMP_*", "MKL_NUM_THREADS", "MKL_DYNAMIC", "MKL_DOMAIN_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
        "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS", "NUMBA_NUM_THREADS",
        "RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
        "LOKY_MAX_CPU_COUNT", "PYTHON_CPU_COUNT", "NPROC",
    )  # fmt: skip

    given_too = ("cores",)
    _inside = _Inside()

    def read(self, scene: Scene) -> Reading:
        """Return the variables that are set, ``cores`` allowed, and the libraries' own counts."""
        own = super().read(scene)
        effective = scene.observed.effective if scene.observed else {}
        counts = {name: value for name, value in sorted(effective.items()) if name.endswith("threads")}
        return {
            **own,  # type: ignore[dict-item]
            "cores": scene.plan.cores or cores_allowed(),
            **counts,
            **self._inside.read(scene),  # type: ignore[dict-item]
        }

    def give(self, plan: Plan, values: Values) -> None:
        """Set the variables and the processors allowed; with fewer of them now, ask libraries for as many threads."""
        super().give(plan, values)
        self._inside.give(plan, values)
        recorded, now = int(values["cores"]), cores_allowed()
        if recorded < now:
            plan.cores = recorded
        elif recorded > now:
            for name in _SETTERS:
                plan.environment.setdefault(name, str(recorded))
            plan.notes.append(
                f"the run had {recorded} processors, {now} are here; libraries were asked for {recorded} threads"
            )

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield one thread, one more than there was, and loaders with another number of workers.

        By variables only: a program that sets its number of threads itself does not depend on them.
        """
        for count in ("1", str(int(values["cores"]) + 1)):
            yield {**values, **dict.fromkeys(_SETTERS, count)}
        if may_have_loaders(values):
            yield {**values, "mode": WORKERS}

    def held(self, values: Values) -> Values | None:
        """Return one thread for every library, whatever the program asks for."""
        return {**values, **dict.fromkeys(VARIABLES, "1"), "mode": ONE}

    def advice(self, change: Change) -> str:
        """Return how to fix the count; of workers, how not to depend on it."""
        if change.subject == "num_workers":
            return "keep num_workers, or draw what is random from a generator seeded by the index of the sample"
        return super().advice(change)

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the variables that differ, else the processors allowed, else what the libraries said."""
        changes = super().differences(*({k: v for k, v in each.items() if k not in _ASKED} for each in (a, b)))
        return [change for change in changes if change.subject == "cores"] or changes


def may_have_loaders(values: Values) -> bool:
    """Say whether a run made loaders of torch, as far as is known: it was watched for them, or it used torch."""
    return bool(values.get("places")) or ("torch.threads" in values and values.get("mode") != WATCH)


def cores_allowed() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
