"""A difference: a tree of data that can be walked, shown and read back."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from samerun.record.verdict import Verdict, worst


class Deviation(Struct, frozen=True, omit_defaults=True):
    """How far apart two sets of numbers are.

    ``max_abs`` and ``max_rel`` are the largest absolute and relative difference (relative to the larger
    magnitude), ``max_ulps`` the largest number of representable numbers between two values, ``where`` the
    position of the largest absolute difference (``[3, 0]``, ``row 17, column loss``), ``count`` how many of
    ``total`` numbers differ.
    """

    max_abs: float
    max_rel: float
    max_ulps: int | None = None
    where: str = ""
    count: int = 0
    total: int = 0


class Difference(Struct, frozen=True, omit_defaults=True):
    """What differs between two things, and in what.

    ``label`` says what was compared (a path, a key, a tensor's name, ``line 7``); ``verdict`` is never better
    than the worst of ``children``; ``detail`` is one sentence for a person; ``a`` and ``b`` are short texts of
    both sides where that helps; ``volatile`` is the reason why a differing field does not count.
    """

    label: str
    verdict: Verdict
    detail: str = ""
    a: str | None = None
    b: str | None = None
    deviation: Deviation | None = None
    volatile: str = ""
    children: tuple[Difference, ...] = ()

    def walk(self) -> Iterator[Difference]:
        """Yield this node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def ignored(self) -> list[Difference]:
        """Return the nodes that were passed over as volatile."""
        return [node for node in self.walk() if node.volatile]


def identical(label: str) -> Difference:
    """Return the difference of two things that agree bit for bit."""
    return Difference(label, "identical")


def gather(label: str, children: list[Difference], detail: str = "") -> Difference:
    """Return a node over ``children`` with the worst of their verdicts; identical children are dropped."""
    kept = tuple(child for child in children if child.verdict != "identical")
    return Difference(label, worst(child.verdict for child in kept), detail, children=kept)
