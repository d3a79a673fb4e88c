from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.outputs import late, parquet, recognise
from samerun.outputs.comparing import Comparing

pandas = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


def save(path: Path, loss: float = 0.5, **options: Any) -> Path:
    frame = pandas.DataFrame({"step": range(100), "loss": [loss] * 100, "split": ["train", "test"] * 50})
    frame.to_parquet(path, **options)
    return path


def test_recognised(tmp_path: Path) -> None:
    assert recognise("a", save(tmp_path / "a.parquet").read_bytes()).kind == "parquet"


def test_row_groups_and_compression_do_not_count(tmp_path: Path, now: Comparing) -> None:
    a, b = save(tmp_path / "a"), save(tmp_path / "b", compression="gzip", row_group_size=7)
    found = parquet.compare(a, b, now)
    assert (found.label, found.verdict, found.children) == ("parquet", "equivalent", ())


def test_a_column_that_differs_is_named(tmp_path: Path, now: Comparing) -> None:
    found = parquet.compare(save(tmp_path / "a"), save(tmp_path / "b", 0.25), now)
    (child,) = found.children
    assert child.label == "column loss"
    assert child.deviation is not None
    assert (child.deviation.max_abs, child.deviation.count) == (0.25, 100)


def test_a_missing_library_is_said(tmp_path: Path, now: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "pq", late.Late("pyarrow_that_is_not_there"))
    monkeypatch.setitem(late.EXTRAS, "pyarrow_that_is_not_there", "data")
    found = parquet.compare(save(tmp_path / "a"), save(tmp_path / "b", 0.25), now)
    assert found.verdict == "different"
    assert "pip install 'samerun[data]'" in found.detail


def test_survives_damage(tmp_path: Path, survives: Callable[..., None]) -> None:
    survives(parquet, save(tmp_path / "a.parquet"))
