"""The thread counts: sums are added in another order with another number of threads."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samerun.factors.factor import Plan, Scene, Variables
from samerun.record.values import Change, Reading, Values

_SETTERS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


class ThreadCount(Variables):
    """The variables, the processors allowed, and what the libraries said they used."""

    kind = "thread-count"
    advised = "fix the thread count (OMP_NUM_THREADS before the start, `torch.set_num_threads` inside)"
    names = (
        "OMP_*", "MKL_NUM_THREADS", "MKL_DYNAMIC", "MKL_DOMAIN_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS",
        "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS", "NUMBA_NUM_THREADS",
        "RAYON_NUM_THREADS", "POLARS_MAX_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS",
        "LOKY_MAX_CPU_COUNT", "PYTHON_CPU_COUNT", "NPROC",
    )  # fmt: skip

    given_too = ("cores",)

    def read(self, scene: Scene) -> Reading:
        """Return the variables that are set, ``cores`` allowed, and the libraries' own counts."""
        own = super().read(scene)
        effective = scene.observed.effective if scene.observed else {}
        counts = {name: value for name, value in sorted(effective.items()) if name.endswith("threads")}
        return {**own, "cores": scene.plan.cores or cores_allowed(), **counts}  # type: ignore[dict-item]

    def give(self, plan: Plan, values: Values) -> None:
        """Set the variables and the processors allowed; with fewer of them now, ask libraries for as many threads."""
        super().give(plan, values)
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
        """Yield one thread, and one more than there was."""
        for count in ("1", str(int(values["cores"]) + 1)):
            yield {**values, **dict.fromkeys(_SETTERS, count)}

    def held(self, values: Values) -> Values | None:
        """Return one thread for every library."""
        return {**values, **dict.fromkeys(_SETTERS, "1")}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the variables that differ, else the processors allowed, else what the libraries said."""
        changes = super().differences(a, b)
        return [change for change in changes if change.subject == "cores"] or changes


def cores_allowed() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
