"""PDF: what is on the pages counts, when it was written does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import pytest

from samerun.outputs import recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference
from samerun.record.window import Window

Held = Callable[..., Difference]


def document(date: str, identity: str = "00", page: str = "0.5 0.5 l") -> bytes:
    info = f"<< /Creator (plots) /CreationDate (D:{date}+00'00') /ModDate (D:{date}Z) >>"
    return f"%PDF-1.4\n{info}\nstream\n{page}\nendstream\ntrailer << /ID [<{identity}> <{identity}>] >>\n".encode()


def test_the_moment_of_writing_and_the_identity_do_not_count(held: Held, comparing: Comparing) -> None:
    found = held("f.pdf", document("20240610061325", "ab"), document("20240611100005", "cd"), comparing)
    assert (found.verdict, found.label) == ("equivalent", "pdf")


@pytest.mark.parametrize(
    "other",
    [
        document("20240611100005", page="0.5 0.6 l"),
        document("20190101000000"),
        document("20240611100005") + b"more",
    ],
)
def test_anything_else_counts(held: Held, comparing: Comparing, other: bytes) -> None:
    found = held("f.pdf", document("20240610061325"), other, comparing)
    assert found.verdict == "different"
    assert "first difference at byte" in found.detail


def test_recognised_by_its_bytes() -> None:
    assert recognise(PurePosixPath("figure"), b"%PDF-1.4\n").kind == "pdf"


def test_a_real_figure(tmp_path: Any, held: Held) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib.figure import Figure  # noqa: PLC0415 - an optional part

    contents = []
    for moment in (1_800_000_000, 1_800_000_100):
        figure = Figure()
        figure.subplots().plot([1, 3, 2])
        path = tmp_path / "f.pdf"
        figure.savefig(path, metadata={"CreationDate": datetime.fromtimestamp(moment, UTC)})
        contents.append(path.read_bytes())
    windows = Comparing(Window(1_800_000_000, 1_800_000_010), Window(1_800_000_100, 1_800_000_110))
    assert held("f.pdf", *contents, windows).verdict == "equivalent"
