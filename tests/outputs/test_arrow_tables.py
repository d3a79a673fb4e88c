from __future__ import annotations

from typing import Any

import pytest

from samerun.outputs.arrow_tables import ArrowTable, compare_tables
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

pyarrow = pytest.importorskip("pyarrow")


def compare(a: Any, b: Any, comparing: Comparing, rows: int = 1000) -> Difference:
    sides = [ArrowTable(each.schema, lambda each=each: iter(each.to_batches(max_chunksize=rows))) for each in (a, b)]
    return compare_tables("table", sides[0], sides[1], comparing)


def table(**columns: Any) -> Any:
    return pyarrow.table(columns)


def test_batches_of_other_heights_are_paired(now: Comparing) -> None:
    a = table(x=list(range(50)), s=[str(number) for number in range(50)])
    b = pyarrow.concat_tables([a.slice(0, 13), a.slice(13)])
    assert compare(a, b, now, 7).verdict == "identical"


def test_nulls_and_numbers(now: Comparing) -> None:
    assert compare(table(x=[1.0, None, float("nan")]), table(x=[1.0, None, float("nan")]), now).verdict == "identical"
    found = compare(table(x=[1, None, 3]), table(x=[1, 2, 4]), now)
    assert found.detail.startswith(
        "column x: 1 value missing on one side only, first in row 2: None -> 2; 1 of 3 values differs, by at most 1"
    )


def test_schema(now: Comparing) -> None:
    assert compare(table(x=[1]), table(x=[1.0]), now).detail == "column x: type int64 -> double"
    assert compare(table(x=[1]), table(y=[1]), now).children[0].detail == "only in the first"
    assert "another order" in compare(table(x=[1], y=[1]), table(y=[1], x=[1]), now).detail
    assert "2 rows -> 1 row" in compare(table(x=[1, 2]), table(x=[1]), now).detail


def test_columns_of_texts_lists_and_times(now: Comparing) -> None:
    a = table(s=["a", "b"], v=[[1.0], [2.0]], d=[{"k": 1}, {"k": 2}])
    b = table(s=["a", "c"], v=[[1.0], [2.5]], d=[{"k": 1}, {"k": 3}])
    assert {child.label for child in compare(a, b, now).children} == {"column s", "column v", "column d"}


def test_a_column_of_spans_does_not_count(now: Comparing) -> None:
    found = compare(table(epoch_time=[0.1], x=[1]), table(epoch_time=[0.2], x=[1]), now)
    assert found.verdict == "equivalent"
    assert found.ignored()


def test_the_index_of_a_frame_counts_and_its_writer_does_not(now: Comparing) -> None:
    pandas = pytest.importorskip("pandas")
    a = pyarrow.Table.from_pandas(pandas.DataFrame({"x": [1, 2]}))
    b = pyarrow.Table.from_pandas(pandas.DataFrame({"x": [1, 2]}, index=pandas.RangeIndex(5, 7)))
    c = a.replace_schema_metadata({b"pandas": a.schema.metadata[b"pandas"].replace(b"pyarrow", b"fastparquet")})
    assert "index_columns" in compare(a, b, now).detail
    assert compare(a, c, now).verdict == "identical"
