"""SVG: names drawn at random do not count, everything else does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

import pytest

from samerun.outputs import recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]

DRAWING = """<svg xmlns="http://www.w3.org/2000/svg"><metadata><dc:date>{date}</dc:date></metadata>
<defs><path id="{one}" d="M 0 0 L 0 3.5"/><clipPath id="{two}"><rect x="1"/></clipPath></defs>
<use xlink:href="#{first}" x="54" style="stroke: #000000"/><path clip-path="url(#{two})" d="M 1 2"/></svg>
"""


def drawing(date: str, one: str, two: str, first: str = "") -> str:
    return DRAWING.format(date=date, one=one, two=two, first=first or one)


FIRST = drawing("2024-06-10T06:13:25.1", "m0123456789", "pabcdef0123")


def test_names_and_the_moment_do_not_count(held: Held, comparing: Comparing) -> None:
    found = held("f.svg", FIRST, drawing("2024-06-11T10:00:05.2", "m9876543210", "p00aa11bb22"), comparing)
    assert (found.verdict, found.label) == ("equivalent", "svg")
    named = held("f.svg", FIRST, drawing("2024-06-10T06:13:25.1", "m9876543210", "p00aa11bb22"), comparing)
    assert (named.verdict, named.detail) == (
        "equivalent",
        "only names drawn at random for parts of the drawing differ",
    )


@pytest.mark.parametrize(
    "other",
    [
        FIRST.replace("3.5", "3.6"),
        FIRST.replace('id="m', 'id="x'),
        drawing("2024-06-10T06:13:25.1", "m9876543210", "p00aa11bb22", first="p00aa11bb22"),
        FIRST.replace("#000000", "#0000ff"),
    ],
)
def test_what_is_drawn_and_where_references_lead_counts(held: Held, comparing: Comparing, other: str) -> None:
    assert held("f.svg", FIRST, other, comparing).verdict == "different"


def test_recognised_by_its_name() -> None:
    assert recognise(PurePosixPath("f.svg"), b"<?xml version='1.0'?><svg>").kind == "svg"


def test_a_real_figure(tmp_path: Any, held: Held, comparing: Comparing) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    from matplotlib.figure import Figure  # noqa: PLC0415 - an optional part

    def saved(salt: str, value: float) -> bytes:
        figure = Figure()
        figure.subplots().plot([1, value, 2], "o-")
        path = tmp_path / "f.svg"
        with matplotlib.rc_context({"svg.hashsalt": salt}):
            figure.savefig(path, metadata={"Date": None})
        return path.read_bytes()

    assert held("f.svg", saved("one", 3), saved("two", 3), comparing).verdict == "equivalent"
    assert held("f.svg", saved("one", 3), saved("two", 4), comparing).verdict == "different"
