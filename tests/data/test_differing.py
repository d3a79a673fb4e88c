"""Folders, files and locks in any pairing; down to rows, columns, keys and indices."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samerun.data import differing
from samerun.data.changes import Change
from samerun.data.differing import diff
from samerun.data.identity import hash_tree
from samerun.data.locking import lock
from samerun.errors import BadOption, MissingData


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder with two folders of the same content."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.chdir(tmp_path)
    for side in "ab":
        (tmp_path / side / "x").mkdir(parents=True)
        (tmp_path / side / "t.csv").write_text("id,score\n1,10\n2,20\n3,30\n")
        (tmp_path / side / "x/m.txt").write_text("text\n")
    return tmp_path


def only(a: str, b: str) -> Change:
    (change,) = diff(a, b).changes
    return change


def said(change: Change) -> str:
    assert change.difference is not None
    return " | ".join(f"{node.label}: {node.detail}" for node in change.difference.walk())


def test_the_same(here: Path) -> None:
    found = diff("a", "b")
    assert (found.same, found.changes) == (True, ())
    assert found.a.root == found.b.root
    assert diff("a", "a", quick=True).same


def test_each_pairing_of_folder_lock_and_manifest_says_the_same(here: Path) -> None:
    Path("b/new").write_text("x")
    Path("b/x/m.txt").rename("b/x/n.txt")
    locks = [lock(side, f"{side}.lock") for side in "ab"]
    inner = [lock(side, f"{side}/in.lock") for side in "ab"]
    trees = [hash_tree(side).entries and lock(side, root=side).manifest for side in "ab"]
    expected = [("added", "new"), ("renamed", "x/n.txt")]
    left = ["a", "a.lock", "a/in.lock", locks[0], inner[0], trees[0]]
    right = ["b", "b.lock", "b/in.lock", locks[1], inner[1], trees[1]]
    for a in left:
        for b in right:
            found = [(c.what, c.path) for c in diff(a, b).changes if c.path != "in.lock"]
            assert found == expected, (a, b)


def test_a_lock_of_several_paths_and_the_folder_that_they_lie_below(here: Path) -> None:
    lock(["a/t.csv", "a/x"], "ab.lock", root="a")
    Path("b/beside").write_text("not locked")
    assert diff("ab.lock", "b").same
    Path("b/x/m.txt").unlink()
    assert [(c.what, c.path) for c in diff("ab.lock", "b").changes] == [("removed", "x/m.txt")]
    assert [(c.what, c.path) for c in diff("b", "ab.lock").changes] == [("added", "x/m.txt")]


def test_two_files_whatever_they_are_called(here: Path) -> None:
    Path("other.csv").write_text("id,score\n1,10\n2,21\n3,30\n")
    change = only("a/t.csv", "other.csv")
    assert (change.what, change.path) == ("changed", "other.csv")
    assert "row 2" in said(change)
    assert diff("a/t.csv", "b/t.csv").same
    lock("a/t.csv", "t.lock")
    assert diff("t.lock", "b/t.csv").same
    assert [change.difference for change in diff("t.lock", "other.csv").changes] == [None]


def test_a_file_and_a_folder_are_refused(here: Path) -> None:
    lock("a/t.csv", "t.lock")
    for a, b in (("a", "b/t.csv"), ("a/t.csv", "b"), ("t.lock", "b")):
        with pytest.raises(BadOption, match="a file"):
            diff(a, b)
    with pytest.raises(MissingData):
        diff("a", "none")


def test_which_row_and_column_of_a_table(here: Path) -> None:
    Path("b/t.csv").write_text("id,score\n1,10\n2,25\n3,30\n")
    change = only("a", "b")
    assert change.path == "t.csv"
    assert "column score" in said(change)
    assert "row 2" in said(change)
    assert diff("a", "b", details=False).changes[0].difference is None


def test_which_column_of_a_parquet_file(here: Path) -> None:
    for side, label in (("a", 1), ("b", 2)):
        pq.write_table(pa.table({"same": [1, 2, 3], "label": [0, label, 5]}), f"{side}/t.parquet")
    assert "column label" in said(only("a", "b"))


def test_which_index_of_an_array(here: Path) -> None:
    array = np.arange(12.0).reshape(3, 4)
    np.save("a/v.npy", array)
    array[1, 2] = -1
    np.save("b/v.npy", array)
    assert "[1, 2]" in said(only("a", "b"))


def test_which_key_of_a_document(here: Path) -> None:
    for side, rate in (("a", 1), ("b", 2)):
        Path(side, "c.json").write_text(json.dumps({"model": {"rate": rate}, "date": "2026-01-01"}))
    assert "rate" in said(only("a", "b"))


def test_data_has_no_volatile_fields(here: Path) -> None:
    for side, moment in (("a", "2026-01-01T00:00:00"), ("b", "2026-01-01T00:00:01")):
        Path(side, "c.json").write_text(json.dumps({"timestamp": moment}))
    found = diff("a", "b")
    assert not found.same
    assert found.changes[0].difference is not None
    assert found.changes[0].difference.verdict == "different"


def test_many_changed_files_are_not_all_looked_into(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(differing, "MOST_DETAILS", 2)
    for number in range(4):
        Path(f"a/{number}.txt").write_text("a")
        Path(f"b/{number}.txt").write_text("b")
    assert [change.difference is not None for change in diff("a", "b").changes] == [True, True, False, False]


def test_what_is_damaged_is_compared_by_bytes(here: Path) -> None:
    Path("a/t.parquet").write_bytes(b"PAR1 rubbish")
    Path("b/t.parquet").write_bytes(b"PAR1 rubbisH")
    assert only("a", "b").difference is not None
