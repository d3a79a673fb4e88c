from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs import csv_table, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference
from samerun.record.window import Window

Held = Callable[..., Difference]

RESULTS = "epoch,loss,name,time\n" + "".join(f"{epoch},{epoch / 8},run {epoch},{epoch / 4}\n" for epoch in range(1, 21))


@pytest.mark.parametrize("name", ["r.csv", "r.TSV", "r.tab"])
def test_recognised(name: str) -> None:
    assert recognise(name, b"a,b\n").kind == "csv"


def test_neighbours_are_not_recognised() -> None:
    assert not csv_table.recognises(PurePosixPath("r.txt"), b"a,b\n")
    assert not csv_table.recognises(PurePosixPath("r.csv"), b"PK\x03\x04\x00")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing, delimiter: str) -> None:
    other = io.StringIO()
    rows = list(csv.reader(RESULTS.splitlines()))
    csv.writer(other, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    found = held("r.csv", RESULTS, other.getvalue(), comparing)
    assert (found.label, found.verdict, found.children) == ("csv", "equivalent", ())


def test_its_twin(held: Held, comparing: Comparing) -> None:
    found = held("r.csv", RESULTS, RESULTS.replace("17,2.125,", "17,2.5,").replace("3,0.375", "3,0.376"), comparing)
    assert found.verdict == "different"
    assert found.detail == "column loss: 2 of 20 values differ; by 0.375 at most, in row 17"
    assert found.deviation is not None
    assert (found.deviation.where, found.deviation.max_abs) == ("row 17, column loss", 0.375)
    assert [row.label for row in found.children[0].children] == ["row 3", "row 17"]


def test_volatile_columns_are_ignored_and_listed(held: Held, comparing: Comparing) -> None:
    found = held("r.csv", RESULTS, RESULTS.replace(",2.5\n", ",2.75\n").replace(",0.25\n", ",0.5\n"), comparing)
    assert found.verdict == "equivalent"
    assert found.children[0].label == "column time"
    assert len(found.ignored()) == 2
    late = held("r.csv", RESULTS, RESULTS.replace(",2.5\n", ",2000.0\n"), comparing)
    assert late.verdict == "different"


def test_within_tolerance(held: Held, tolerant: Comparing) -> None:
    assert held("r.csv", RESULTS, RESULTS.replace("17,2.125,", "17,2.126,"), tolerant).verdict == "within-tolerance"


def test_columns_and_rows_that_one_side_lacks(held: Held, comparing: Comparing) -> None:
    found = held("r.csv", "a,b\n1,2\n", "a,c\n1,2\n3,4\n", comparing)
    assert [(child.label, child.detail) for child in found.children] == [
        ("column b", "only in the first"),
        ("column c", "only in the second"),
        ("rows", "1 row -> 2 rows"),
    ]
    assert held("r.csv", "a,b\n1,2\n", "b,a\n2,1\n", comparing).detail == "columns: in another order"


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("x\n1.0\n", "x\n1.00\n", "equivalent"),
        ("x\n1\n", "x\n1.0\n", "different"),
        ("x\n007\n", "x\n7\n", "different"),
        ("version\n1.10\n", "version\n1.1\n", "different"),
        ("x\nnan\n", "x\nNaN\n", "equivalent"),
        ("x\n-0.0\n", "x\n0.0\n", "different"),
        ("x,y\n,1\n", "x,y\n0,1\n", "different"),
    ],
)
def test_cells(held: Held, comparing: Comparing, a: str, b: str, verdict: str) -> None:
    assert held("r.csv", a, b, comparing).verdict == verdict


def test_a_table_without_header_has_numbered_columns(held: Held, comparing: Comparing) -> None:
    assert held("r.csv", "1,2\n3,4\n", "1,2\n3,5\n", comparing).children[0].label == "column 2"


def test_repeated_and_missing_names(held: Held, comparing: Comparing) -> None:
    found = held("r.csv", ",a,a\n0,1,2\n", ",a,a\n1,1,3\n", comparing)
    assert [child.label for child in found.children] == ["column (no name)", "column a (2)"]


def test_large_tables_come_in_chunks(held: Held, comparing: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_table, "CHUNK", 3)
    found = held("r.csv", RESULTS, RESULTS.replace("17,2.125,", "17,2.5,") + "21,1,x,1\n", comparing)
    assert [child.label for child in found.children] == ["rows", "column loss"]
    assert found.children[1].children[0].label == "row 17"
    assert found.children[0].detail == "20 rows -> 21 rows"


@pytest.mark.parametrize(
    "hostile", [b"", b"a,b\n1,2,3\n", b'a,b\n"1', b"\xff\xfe", b"a\n" + b"x" * 200_000, b"\n\n", b"a,b\n\x00\n"]
)
def test_hostile_content_is_a_difference(held: Held, comparing: Comparing, hostile: bytes) -> None:
    found = held("r.csv", "a,b\n1,2\n", hostile, comparing)
    assert found.verdict == "different"
    assert all(node.detail.isprintable() for node in found.walk())


words = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(words, words, words), min_size=1, max_size=6))
def test_quoting_changes_nothing(rows: list[tuple[str, str, str]]) -> None:
    with TemporaryDirectory() as folder:
        paths = Path(folder, "a.csv"), Path(folder, "b.csv")
        for path, quoting in zip(paths, (csv.QUOTE_MINIMAL, csv.QUOTE_ALL), strict=True):
            with path.open("w", newline="") as file:
                csv.writer(file, quoting=quoting).writerows([("x", "y", "z"), *rows])
        found = csv_table.compare(*paths, Comparing(Window(0, 1), Window(0, 1)))
        assert (found.verdict, found.children) == ("equivalent", ())


def test_a_cell_may_hold_a_whole_document(tmp_path: Path, now: Comparing) -> None:
    usual = csv.field_size_limit()
    a, b = tmp_path / "a.csv", tmp_path / "b.csv"
    a.write_text("id,text\n1," + "x" * 300_000 + "\n")
    b.write_text("id,text\n1," + "x" * 299_999 + "y\n")
    assert csv_table.compare(a, b, now).detail.startswith("column text: 1 of 1 value")
    assert csv.field_size_limit() == usual
