from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from samerun.data.leakage_items import Items, Parts, normal_text, open_parts
from samerun.errors import BadSplit, BadTable, MissingData


def opened(*parts: Any, columns: list[str] | None = None, normalise: bool = False, files: bool | None = None) -> Parts:
    return open_parts(dict(zip("abc", parts, strict=False)), columns, normalise, files, None)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        (pd.DataFrame({"x": [1]}), "rows"),
        (pl.DataFrame({"x": [1]}), "rows"),
        (pa.table({"x": [1]}), "rows"),
        (np.array([(1,)], [("x", "i4")]), "rows"),
        (np.zeros((2, 2)), "arrays"),
        (np.zeros(3), "arrays"),
        ([np.zeros(2)], "arrays"),
        (np.array([1, 2]), "values"),
        (np.array(["a"]), "values"),
        ([1, 2], "values"),
        (["a"], "values"),
        ([(1, "a")], "values"),
        (pd.Series(["a"]), "values"),
        (pd.Index([1]), "values"),
        (pl.Series(["a"]), "values"),
        (range(3), "values"),
    ],
    ids=lambda each: type(each).__name__ if not isinstance(each, str) else each,
)
def test_what_a_part_is(part: Any, what: str) -> None:
    assert opened(part, part).what == what


def test_a_tensor_is_an_array() -> None:
    class Tensor:
        """What torch and jax arrays have in common."""

        ndim = 2

        def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
            return np.ones((3, 2))

    found = opened(Tensor(), np.ones((1, 2)))
    assert (found.what, found.items["a"].total) == ("arrays", 3)


def test_an_empty_list_is_of_any_kind() -> None:
    assert opened([], pd.Series(["a"])).items["a"].total == 0
    assert opened([], []).what == "values"


def test_parts_of_different_kinds_are_refused() -> None:
    with pytest.raises(BadSplit, match="different kinds \\(a: values, b: rows\\)"):
        opened([1], pd.DataFrame({"x": [1]}))


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ([1], ["1"], "int in a, str in b"),
        (np.zeros((1, 2)), np.zeros((1, 2), "float32"), "float64 in a, float32 in b"),
        ([b"a"], ["a"], "bytes in a, str in b"),
    ],
)
def test_parts_that_could_share_nothing_are_refused(one: Any, other: Any, words: str) -> None:
    with pytest.raises(BadSplit, match=words):
        opened(one, other)


def test_items_of_two_shapes_are_refused_unless_each_has_its_own() -> None:
    with pytest.raises(BadSplit, match="shape \\(4,\\) in a, \\(2, 2\\) in b"):
        opened(np.zeros((3, 4)), np.zeros((3, 2, 2)))
    assert opened([np.zeros(4)], [np.zeros((2, 2))]).what == "arrays"
    assert opened(np.zeros((0, 4)), np.zeros((3, 2, 2))).items["a"].total == 0


def test_floats_are_compared_bit_by_bit() -> None:
    for one, other in (([1.5, 2.5], [2.5]), (pd.Series([1.5]), pl.Series([1.5]).to_numpy())):
        found = opened(one, other)
        assert found.what == "arrays"
        assert np.isin(found.items["b"].digests, found.items["a"].digests).all()


def test_columns_are_for_tables() -> None:
    with pytest.raises(BadSplit, match="`columns=` is for tables; these are values"):
        opened([1], [2], columns=["a"])


def test_missing_values_are_left_out_and_places_stay() -> None:
    items = opened(["a", None, float("nan"), "b"], ["c"]).items["a"]
    assert (items.total, [items.name(0), items.name(1)]) == (4, [0, 3])
    rows = opened(pd.DataFrame({"x": [np.nan, 1.0], "s": [None, None]}), pd.DataFrame({"x": [1.0], "s": ["a"]}))
    assert (rows.items["a"].total, rows.items["a"].name(0), len(rows.items["a"].digests)) == (2, 1, 1)


def test_values_are_shown_cut() -> None:
    items = opened(["a" * 100], ["b"]).items["a"]
    assert items.show(0) == "'" + "a" * 58 + "…"
    assert Items(items.digests, [0], 1).show(0) == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello  World", "hello world"),
        ("STRASSE", "straße"),
        ("ｆｕｌｌ", "full"),
        (" a\n\tb ", "a b"),
        ("é", "e\u0301"),
    ],
)
def test_texts_that_are_the_same_when_normalised(one: str, other: str) -> None:
    assert normal_text(one) == normal_text(other)
    assert normal_text(normal_text(one)) == normal_text(one)


def test_normalising_leaves_others_alone() -> None:
    assert [normal_text(each) for each in (1, b"A", None, ("A",))] == [1, b"A", None, ("A",)]
    assert normal_text("a.b") != normal_text("a b")


# ---------------------------------------------------------------------- tables


def same(one: pd.DataFrame, other: pd.DataFrame, **options: Any) -> bool:
    found = opened(one, other, **options)
    return bool(np.intersect1d(*(found.items[name].digests for name in "ab")).size)


def test_rows_are_compared_by_what_all_parts_have() -> None:
    train, test = pd.DataFrame({"x": [1, 2], "y": [0, 1]}), pd.DataFrame({"x": [2]})
    assert opened(train, test).columns == ["x"]
    assert same(train, test)
    assert not same(train, test.assign(y=0))


def test_the_index_of_a_frame_that_was_split_has_no_say() -> None:
    frame = pd.DataFrame({"x": [5, 5, 6]}, index=[7, 9, 8])
    assert same(frame.iloc[:1], frame.iloc[1:])


@pytest.mark.parametrize(
    ("one", "other"),
    [("int64", "int32"), ("int64", "float64"), ("uint8", "float32"), ("float32", "float64"), ("Int64", "float64")],
)
def test_numbers_of_two_types_are_brought_to_one(one: str, other: str) -> None:
    assert same(pd.DataFrame({"x": [1, 2]}).astype(one), pd.DataFrame({"x": [2, 3]}).astype(other))


def test_types_that_have_nothing_in_common_are_told() -> None:
    with pytest.raises(BadSplit, match="column 'x' is int64 in a, string in b"):
        same(pd.DataFrame({"x": [1]}), pd.DataFrame({"x": ["1"]}))
    with pytest.raises(BadTable, match="column 'x'"):
        same(pd.DataFrame({"x": [2**62 + 1]}), pd.DataFrame({"x": [0.5]}))


def test_a_column_that_is_all_missing_in_one_part() -> None:
    assert not same(pd.DataFrame({"x": [None]}), pd.DataFrame({"x": ["a"]}))


def test_chosen_columns() -> None:
    one, other = pd.DataFrame({"x": [1], "y": [1]}), pd.DataFrame({"x": [1], "y": [2]})
    assert same(one, other, columns=["x"])
    assert not same(one, other)
    with pytest.raises(BadSplit, match="'z' is not once in each part. In common are: x, y"):
        same(one, other, columns=["z"])
    with pytest.raises(BadSplit, match="no column in common"):
        same(one, pd.DataFrame({"q": [1]}))


def test_normalised_columns_of_text() -> None:
    one, other = pd.DataFrame({"t": ["A  b", None]}), pd.DataFrame({"t": ["a B"]})
    assert same(one, other, normalise=True)
    assert not same(one, other)


# ---------------------------------------------------------------------- files


@pytest.fixture
def folders(tmp_path: Path) -> Path:
    for name, content in {
        "a/1.txt": "one",
        "a/sub/2.txt": "two",
        "b/3.txt": "one",
        "b/empty": "",
        "a/empty": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return tmp_path


def test_folders_and_lists_of_paths(folders: Path) -> None:
    by_folder = opened(folders / "a", str(folders / "b"))
    assert (by_folder.what, by_folder.items["a"].total, len(by_folder.items["a"].digests)) == ("files", 3, 2)
    lists = [[folders / "a" / "1.txt"], [folders / "b" / "3.txt"]]
    assert opened(*lists).what == "files"
    assert opened(*[[str(path) for path in part] for part in lists]).what == "files"
    assert opened(*[[str(path) for path in part] for part in lists], files=False).what == "values"


def test_a_file_that_is_not_there_is_told(folders: Path) -> None:
    with pytest.raises(MissingData, match="gone.txt"):
        opened([folders / "gone.txt"], [folders / "b" / "3.txt"])
    with pytest.raises(MissingData, match="gone"):
        opened(["gone"], ["gone"], files=True)


def test_links_to_files_count_and_what_has_no_content_does_not(folders: Path) -> None:
    (folders / "a" / "link").symlink_to(folders / "b" / "3.txt")
    (folders / "a" / "to nothing").symlink_to("gone")
    os.mkfifo(folders / "a" / "pipe")
    found = opened(folders / "a", folders / "b").items
    assert (found["a"].total, len(found["a"].digests)) == (4, 3)
    (folders / "a" / "again").symlink_to(folders / "b")
    with pytest.raises(BadSplit, match="again is a link to a folder"):
        opened(folders / "a", folders / "b")


def test_table_files(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1, 2]}), tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("x\n2\n", "utf-8")
    found = open_parts({"a": tmp_path / "a.parquet", "b": str(tmp_path / "b.csv")}, None, False, None, {"x": "int64"})
    assert (found.what, [items.total for items in found.items.values()]) == ("rows", [2, 1])


def test_objects_have_no_content() -> None:
    with pytest.raises(BadSplit, match="Python objects"):
        opened(np.array([[object()]]), np.array([[object()]]))


def test_arrays_of_several_shapes() -> None:
    found = opened([np.zeros(2), np.zeros(3)], [np.zeros((2, 1))])
    assert len(np.unique(np.concatenate([each.digests for each in found.items.values()]))) == 3
    strided = np.arange(8).reshape(2, 4)
    assert (
        opened(strided[:, ::2], strided[:, ::2].copy()).items["a"].digests
        == opened(strided[:, ::2].copy()).items["a"].digests
    ).all()
