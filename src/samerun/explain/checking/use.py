"""What a run was seen to use: only that can matter, and is worth a run."""

from __future__ import annotations

from samerun.explain.checking.sources import FACTOR_OF, GENERATORS, PROXIMITY, RECORDED, reading
from samerun.factors.condition import MODE, PLACES, Condition
from samerun.factors.unseeded import kind_of
from samerun.inside.conditions import asked
from samerun.record.run import Run
from samerun.record.values import Values

_NUMERIC = frozenset(
    (
        *("numpy", "scipy", "torch", "tensorflow", "tensorflow-cpu", "jax", "jaxlib", "scikit-learn", "xgboost"),
        *("xgboost-cpu", "lightgbm", "pandas", "polars", "numba", "numexpr", "pyarrow", "opencv-python", "catboost"),
    )
)
"""Distributions whose compiled code has threads and instruction sets of its own."""

_KERNELS = frozenset(("torch", "tensorflow", "tensorflow-cpu", "jax", "jaxlib"))
_NEEDS = {
    "thread-count": _NUMERIC,
    "instruction-set": _NUMERIC,
    "uninitialised-memory": _NUMERIC,
    "nondeterministic-kernel": _KERNELS,
    "precision": _KERNELS,
}
"""The kinds that cannot matter where none of these was imported."""

HALF_SEEN = frozenset(("memory-address",))
"""The kinds that also matter where no line asks for anything: a set of objects is walked in the order of addresses."""


_SETS_THE_PACE = frozenset(("clock", "thread-count", "memory-address"))
"""What decides, held still, how fast workers are, or what they wait for."""


def watched_kinds() -> list[str]:
    """Return the kinds whose use can be noted, line by line."""
    return [kind for kind in asked.KINDS if isinstance(FACTOR_OF.get(kind), Condition)]


def watching(run: Run) -> dict[str, Values]:
    """Return what a launch is given so that it is noted which lines use what; all else is as it was recorded."""
    return {kind: {**reading(run, kind), MODE: asked.WATCH} for kind in watched_kinds()}


class Use:
    """What a watched run used.

    Args:
        run: the run that was watched.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._drawn = [kind_of(source) for source in reading(run, "os-entropy").get("unseeded", {})]
        packages = reading(run, "package")
        self._imported = {name for name, facts in packages.items() if isinstance(facts, dict) and facts.get("imported")}

    def places(self, kind: str) -> list[str]:
        """Return the user's lines (``path:line`` below the project's folder) that used what a kind is about."""
        top = self._run.place.tree.rstrip("/") + "/"
        found = [str(place).removeprefix(top) for place in reading(self._run, kind).get(PLACES, [])]
        if kind == "os-entropy":
            unseeded = reading(self._run, kind).get("unseeded", {}).items()
            found += [place.removeprefix(top) for source, place in unseeded if kind_of(source) == kind]
        return list(dict.fromkeys(place for place in found if place))

    def library_at(self, kind: str, where: str | None) -> str:
        """Return the library without a kind of its own that drew on a line unseeded; empty where there is none."""
        unseeded = reading(self._run, kind).get("unseeded", {}) if kind == "os-entropy" and where else {}
        drew = (source for source, place in unseeded.items() if kind_of(source) == kind and place.endswith(f"/{where}"))
        return next(drew, "")

    def is_used(self, kind: str) -> bool:
        """Say whether the run was seen to use what a kind is about."""
        return kind == "hash-order" or kind in self._drawn or bool(reading(self._run, kind).get(PLACES))

    def has_sites(self, kind: str) -> bool:
        """Say whether a kind can be held still at single lines."""
        return kind in watched_kinds() and kind not in HALF_SEEN

    def can_matter(self, kind: str) -> bool:
        """Say whether a kind can matter at all: not where its use would have been seen and was not."""
        if kind in _NEEDS and not self._imported & _NEEDS[kind]:
            return self.is_used(kind)
        if kind == "network":
            return bool(reading(self._run, kind))
        return kind not in (*GENERATORS, *watched_kinds()) or kind in HALF_SEEN or self.is_used(kind)

    def guesses(self, repeats_recorded: bool) -> list[list[str]]:
        """Return the sets of kinds that may explain why the run differs from itself, the likeliest first.

        Args:
            repeats_recorded: whether a replay, which holds the generators and the hash seed, gave the same again.
        """
        holdable = [kind for kind in PROXIMITY if self._can_be_held(kind)]
        used = [kind for kind in holdable if self.is_used(kind)]
        possible = [kind for kind in holdable if self.can_matter(kind)]
        drawn = [kind for kind in used if kind in (*GENERATORS, "completion-order")]
        others = [kind for kind in used if kind not in RECORDED]
        likely = [drawn, [*drawn, "hash-order"]] if repeats_recorded else [others]
        sets = [each for each in (*likely, used, possible) if each]
        return [each for index, each in enumerate(sets) if each not in sets[:index]]

    def steady(self, kind: str) -> list[str]:
        """Return what is held still while it is followed how ``kind`` reaches the result: all that leaves races alone.

        Args:
            kind: the source that is left as it comes.
        """
        holdable = [each for each in PROXIMITY if self._can_be_held(each) and self.can_matter(each)]
        return [each for each in holdable if each != kind and each not in _SETS_THE_PACE]

    def _can_be_held(self, kind: str) -> bool:
        factor = FACTOR_OF.get(kind)
        return kind == "hash-order" or (factor is not None and factor.held(reading(self._run, kind)) is not None)
