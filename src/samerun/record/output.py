"""An output: a file that a run left."""

from __future__ import annotations

from msgspec import Struct

from samerun.record.difference import Difference
from samerun.record.missing import Missing
from samerun.record.values import Json
from samerun.record.verdict import Verdict


class Output(Struct, frozen=True):
    """One file that a run wrote.

    ``path`` is relative to the run's tree with ``/``, or absolute where the file lies outside it; ``size`` is in
    bytes; ``hash`` is BLAKE3 in hex; ``kept`` is the copy's place in the run folder, or why there is none;
    ``kind`` is the output type's name (``outputs`` holds the table); ``link`` is where a symbolic link leads to.
    """

    path: str
    kind: str
    size: int
    hash: str | Missing
    kept: str | Missing
    mode: int = 0o644
    link: str | None = None


class OutputComparison(Struct, frozen=True):
    """One output of two runs held against each other (``outputs`` of ``replay --json``)."""

    path: str
    kind: str
    verdict: Verdict
    detail: str
    difference: Difference


class MetricComparison(Struct, frozen=True):
    """One metric of two runs (``metrics`` of ``replay --json``); ``steps`` counts the steps that differ."""

    name: str
    verdict: Verdict
    a: Json
    b: Json
    detail: str = ""
