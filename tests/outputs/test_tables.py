from __future__ import annotations

from samerun.outputs.comparing import Comparing
from samerun.outputs.tables import SHOWN_ROWS, TableComparison, compare_columns


def test_equal_tables_are_identical(comparing: Comparing) -> None:
    table = {"x": [1, 2.5, None, float("nan"), "", 0, 0.0, False], "y": list("abcdefgh")}
    assert compare_columns("t", table, {name: list(values) for name, values in table.items()}, comparing).verdict == (
        "identical"
    )


def test_columns_rows_and_deviations(comparing: Comparing) -> None:
    a = {"loss": [1.0, 2.0, 3.0], "gone": [1, 2, 3], "time": [0.5, 0.6, 0.7]}
    b = {"loss": [1.0, 2.5, -3.0, 4.0], "come": [1, 2, 3, 4], "time": [0.4, 0.6, 0.7, 0.8]}
    found = compare_columns("t", a, b, comparing)
    assert [(child.label, child.verdict, child.detail) for child in found.children] == [
        ("column gone", "different", "only in the first"),
        ("column come", "different", "only in the second"),
        ("rows", "different", "3 rows -> 4 rows"),
        ("column loss", "different", "2 of 3 values differ; by 6 at most, in row 3"),
        ("column time", "equivalent", "1 of 3 values differs; first in row 1: 0.5 -> 0.4 (-20 %)"),
    ]
    assert found.deviation is not None
    assert (found.deviation.where, found.deviation.max_abs, found.deviation.count) == ("row 3, column loss", 6.0, 2)


def test_nested_cells(comparing: Comparing) -> None:
    found = compare_columns("t", {"x": [[1, 2]]}, {"x": [[1, 3]]}, comparing)
    assert found.detail == "column x: 1 of 1 value differs; by 1 at most, in row 1"


def test_only_some_rows_are_kept_all_are_counted(comparing: Comparing) -> None:
    found = compare_columns("t", {"x": list(range(1000))}, {"x": list(range(1, 1001))}, comparing)
    assert len(found.children[0].children) == SHOWN_ROWS + 1
    assert found.deviation is not None
    assert found.deviation.count == 1000


def test_pieces_are_numbered_on(comparing: Comparing) -> None:
    comparison = TableComparison(["x"], ["x"], comparing)
    comparison.add({"x": [1, 2]}, {"x": [1, 2]})
    comparison.same(3)
    comparison.add({"x": [1, 2]}, {"x": [1, 9]})
    found = comparison.finish("t", 7, 7)
    assert found.children[0].children[0].label == "row 7"
    assert found.detail.startswith("column x: 1 of 7 values differs")


def test_tables_without_columns(comparing: Comparing) -> None:
    assert compare_columns("t", {}, {}, comparing).verdict == "identical"
    assert compare_columns("t", {}, {"x": []}, comparing).verdict == "different"
