from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

from samerun.errors import BadOption
from samerun.state.loading.frames import Frame, PandasFrame, PolarsFrame, frame_of

DATA = {"b": [1, 2], "a": ["x", None]}


@pytest.mark.parametrize(
    ("items", "kind"),
    [
        (pd.DataFrame(DATA), PandasFrame),
        (pd.Series([1]), PandasFrame),
        (pl.DataFrame(DATA), PolarsFrame),
        (pl.Series([1]), PolarsFrame),
        ([1], type(None)),
        ({"a": 1}, type(None)),
    ],
)
def test_what_is_a_frame(items: Any, kind: type) -> None:
    assert type(frame_of(items)) is kind


def test_without_the_libraries_nothing_is(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame(DATA)
    monkeypatch.delitem(__import__("sys").modules, "pandas")
    assert frame_of(frame) is None


def test_keys_are_the_same_in_both_whatever_the_order_of_the_columns() -> None:
    frames: list[Frame] = [
        PandasFrame(pd.DataFrame(DATA)),
        PandasFrame(pd.DataFrame({"a": DATA["a"], "b": DATA["b"]}, index=[7, 8])),
        PolarsFrame(pl.DataFrame(DATA)),
    ]
    assert len({tuple(frame.keys(None)) for frame in frames}) == 1
    assert len({tuple(frame.keys("b")) for frame in frames}) == 1
    assert frames[0].keys(["b", "a"]) != frames[0].keys(["a", "b"])


def test_rows_are_taken_with_their_labels() -> None:
    frame = PandasFrame(pd.DataFrame(DATA, index=["i", "j"]))
    assert frame.take([1, 0]).index.tolist() == ["j", "i"]
    assert PolarsFrame(pl.DataFrame(DATA)).take([1, 0])["b"].to_list() == [2, 1]
    one, two = frame.identity(0), frame.identity(1)
    assert one[0] != two[0]
    assert one[1] != two[1]
    assert PolarsFrame(pl.DataFrame(DATA)).identity(0) == (one[0], b"")


@pytest.mark.parametrize(
    ("key", "said"), [("c", "no column"), (["b", "c"], "no column"), ([], "no column"), (len, "function")]
)
def test_keys_that_are_none(key: Any, said: str) -> None:
    with pytest.raises(BadOption, match=said):
        PandasFrame(pd.DataFrame(DATA)).keys(key)


def test_frames_without_rows_or_columns() -> None:
    assert PandasFrame(pd.DataFrame({"a": []})).keys(None) == []
    assert PandasFrame(pd.DataFrame()).keys(None) == []
