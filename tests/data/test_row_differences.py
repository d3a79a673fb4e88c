"""A row that is gone is said to be gone, and those that follow it are not said to have changed."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from samerun.data import diff, row_differences
from samerun.data.differing import _AS_IT_IS as AS_IT_IS
from samerun.data.row_differences import text_row_difference
from samerun.record.difference import Difference

Write = Callable[[pd.DataFrame, Path], None]
FRAME = pd.DataFrame(
    {"id": range(30), "name": [f"n{each}" for each in range(30)], "x": [each / 7 for each in range(30)]}
)
WRITERS: dict[str, Write] = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "parquet": lambda frame, path: frame.to_parquet(path, index=False),
    "feather": lambda frame, path: frame.to_feather(path),
    "db": lambda frame, path: put_table(frame, path),
}


def put_table(frame: pd.DataFrame, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        frame.to_sql('a "table"', connection, index=False)


@pytest.fixture(params=list(WRITERS))
def compared(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[pd.DataFrame], Difference]:
    """Compare ``FRAME`` with another one, each in a file of one kind."""
    name = f"t.{request.param}"

    def compare(other: pd.DataFrame) -> Difference:
        for side, frame in (("a", FRAME), ("b", other)):
            (tmp_path / side).mkdir()
            WRITERS[request.param](frame.reset_index(drop=True), tmp_path / side / name)
        (change,) = diff(tmp_path / "a", tmp_path / "b").changes
        assert change.difference is not None
        return change.difference.children[0] if request.param in ("csv.gz", "db") else change.difference

    return compare


Compared = Callable[[pd.DataFrame], Difference]


def rows_of(found: Difference) -> dict[str, str]:
    return {child.label: child.detail for child in found.children if child.label.startswith("row")}


def test_a_row_that_is_gone(compared: Compared) -> None:
    found = compared(FRAME.drop(index=3))
    assert found.detail == "row 4 only in the first; the other 29 rows as before"
    assert list(rows_of(found)) == ["row 4"]
    assert "n3" in rows_of(found)["row 4"]


def test_rows_that_are_new(compared: Compared) -> None:
    new = pd.DataFrame({"id": [100, 101], "name": ["new", "newer"], "x": [0.5, 0.25]})
    found = compared(pd.concat([new[:1], FRAME, new[1:]]))
    assert found.detail == "rows 1, 32 only in the second; the other 30 rows as before"
    assert '"newer"' in rows_of(found)["row 32"]


def test_rows_in_another_order(compared: Compared) -> None:
    found = compared(pd.concat([FRAME[10:11], FRAME[:10], FRAME[11:]]))
    assert found.detail == "row 11 moved; the other 29 rows as before"
    assert rows_of(found) == {"row 11": "stands at row 1 now"}


def test_a_cell_beside_a_row_that_is_gone(compared: Compared) -> None:
    other = FRAME.drop(index=3)
    other.loc[20, "name"] = "other"
    found = compared(other)
    assert found.detail == "row 4 only in the first; row 21 changed; the other 28 rows as before"
    assert "name" in rows_of(found)["row 21 (now 20)"]
    assert '"n20" -> "other"' in rows_of(found)["row 21 (now 20)"]


def test_many_rows_are_counted(compared: Compared) -> None:
    found = compared(FRAME[::2])
    assert found.detail == "15 rows only in the first, first row 2; the other 15 rows as before"
    assert len(rows_of(found)) == 15


def test_cells_alone_are_told_by_column(compared: Compared) -> None:
    found = compared(FRAME.assign(name=["other", *FRAME.name[1:]]))
    assert "as before" not in found.detail
    assert '"n0" -> "other"' in found.detail


def test_other_tables_are_told_place_by_place(compared: Compared) -> None:
    assert "as before" not in compared(FRAME.assign(id=FRAME.id + 1000, name="z", x=0.5)[:7]).detail


def test_columns_that_one_lacks_are_told_beside_the_rows(tmp_path: Path) -> None:
    for side, frame in (("a", FRAME), ("b", FRAME.drop(index=3).assign(extra=1, x=1))):
        frame.to_parquet(tmp_path / side, index=False)
    (change,) = diff(tmp_path / "a", tmp_path / "b").changes
    assert change.difference is not None
    assert {child.label for child in change.difference.children} == {"column extra", "column x", "row 4"}
    assert change.difference.detail == (
        "row 4 only in the first; the other 29 rows as before; column x: type double -> int64; 1 more column"
    )


def test_without_a_column_in_common_and_beyond_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3,4\n")
    (tmp_path / "b.csv").write_text("c,d\n1,2\n")
    (tmp_path / "c.csv").write_text("a,b\n3,4\n")
    (change,) = diff(tmp_path / "a.csv", tmp_path / "b.csv").changes
    assert change.difference is not None
    assert "as before" not in change.difference.detail
    monkeypatch.setattr(row_differences, "MOST_ROWS", 1)
    (change,) = diff(tmp_path / "a.csv", tmp_path / "c.csv").changes
    assert change.difference is not None
    assert "as before" not in change.difference.detail


def test_long_tables_of_text_are_not_compared_place_by_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.data.differing.compare_files", None)
    for name, content in (("a", "x,y\n1,2\n3,4\n5,6\n"), ("b", "x,y\n1,2\n5,6\n")):
        (tmp_path / f"{name}.csv").write_text(content)
    (change,) = diff(tmp_path / "a.csv", tmp_path / "b.csv").changes
    assert change.difference is not None
    assert change.difference.detail == "row 2 only in the first; the other 2 rows as before"
    assert text_row_difference(tmp_path / "a.csv", tmp_path / "gone.csv", AS_IT_IS) is None
    (tmp_path / "c.csv").write_text("x,z\n1,2\n")
    (tmp_path / "d.txt").write_text("x,y\n1,2\n")
    for other in ("c.csv", "d.txt", "a.csv"):
        assert text_row_difference(tmp_path / "a.csv", tmp_path / other, AS_IT_IS) is None


def test_a_table_without_rows_and_one_without_columns(tmp_path: Path) -> None:
    for name, content in (("a", "x,y\n1,2\n"), ("b", "x,y\n"), ("c", "")):
        (tmp_path / f"{name}.csv").write_text(content)
    said = []
    for other in ("b", "c"):
        (change,) = diff(tmp_path / "a.csv", tmp_path / f"{other}.csv").changes
        assert change.difference is not None
        said.append(change.difference.detail)
    assert said[0] == "row 1 only in the first"
    assert "column x" in said[1]


def test_damage_is_told_as_before(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n"))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n3,4\n")[:-4])
    (change,) = diff(tmp_path / "a.csv.gz", tmp_path / "b.csv.gz").changes
    assert change.difference is not None
    assert "cannot be read" in change.difference.detail


def test_items_of_arrays(tmp_path: Path) -> None:
    x, y = np.arange(60.0).reshape(20, 3), np.arange(20) % 3
    for side, kept in (("a", range(20)), ("b", [*range(4), *range(5, 20)])):
        (tmp_path / side).mkdir()
        np.save(tmp_path / side / "x.npy", x[kept])
        np.savez(tmp_path / side / "all.npz", x=x[kept], y=y[kept], z=x)
    changes = {change.path: change.difference for change in diff(tmp_path / "a", tmp_path / "b").changes}
    assert all(found is not None for found in changes.values())
    said = {path: found.detail for path, found in changes.items() if found is not None}
    assert said["x.npy"] == "[4] only in the first; the other 19 items as before"
    assert said["all.npz"].startswith("2 arrays differ; first: x: [4] only in the first; the other 19 items")
    assert changes["x.npy"] is not None
    assert changes["x.npy"].children[0].detail == "only in the first: [3 items]"


def test_items_of_a_json_document(tmp_path: Path) -> None:
    rows = json.loads(FRAME.to_json(orient="records"))
    (tmp_path / "a.json").write_text(json.dumps(rows))
    (tmp_path / "b.json").write_text(json.dumps([dict(reversed(row.items())) for row in rows[:7] + rows[8:]], indent=1))
    (tmp_path / "c.json").write_text("{}")
    (change,) = diff(tmp_path / "a.json", tmp_path / "b.json").changes
    assert change.difference is not None
    assert change.difference.detail == "[7] only in the first; the other 29 items as before"
    (change,) = diff(tmp_path / "a.json", tmp_path / "c.json").changes
    assert change.difference is not None
    assert "as before" not in change.difference.detail


def test_arrays_of_another_shape_are_told_as_before(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((4, 3)))
    for name, other in (("b", np.zeros((3, 4))), ("c", np.zeros((3, 3), "f4")), ("d", np.float64(1))):
        np.save(tmp_path / f"{name}.npy", other)
        (change,) = diff(tmp_path / "a.npy", tmp_path / f"{name}.npy").changes
        assert change.difference is not None
        assert "as before" not in change.difference.detail
