from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs import recognise, ubjson
from samerun.outputs.arrays import Array
from samerun.outputs.comparing import Comparing
from samerun.outputs.reading import FAILURES
from samerun.outputs.ubjson import read_ubjson


def read(data: bytes) -> Any:
    return read_ubjson(memoryview(data))


def train(path: Path, rate: float) -> Path:
    xgboost = pytest.importorskip("xgboost")
    numbers = np.random.default_rng(0).random((50, 3)).astype(np.float32)
    matrix = xgboost.DMatrix(numbers, (numbers[:, 0] > 0.5).astype(np.float32))
    xgboost.train({"eta": rate, "max_depth": 2, "verbosity": 0, "nthread": 1}, matrix, 3).save_model(path)
    return path


def test_every_marker() -> None:
    assert read(b"[ZTFi\xffU\xffI\x01\x00l\0\0\x01\0CaSi\x02hi]") == [None, True, False, -1, 255, 256, 256, "a", "hi"]
    assert read(b"{i\x01ai\x05U\x01bT}").pairs == [("a", 5), ("b", True)]
    assert read(b"[#i\x02i\x01i\x02") == [1, 2]
    assert read(b"{#i\x01i\x01ai\x07").pairs == [("a", 7)]
    typed = read(b"[$d#i\x02\x3f\x80\0\0\x40\0\0\0")
    assert isinstance(typed, Array)
    assert typed.values.tolist() == [1, 2]


@pytest.mark.parametrize(
    "data", [b"", b"[", b"{i\x01", b"?", b"Si\xff", b"[$d#l\x7f\xff\xff\xff", b"[" * 200 + b"]" * 200, b"ZZ", b"{T}"]
)
def test_what_is_no_document_is_refused(data: bytes) -> None:
    with pytest.raises(FAILURES):
        read(data)


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except FAILURES:
        pass


def test_models_of_xgboost(tmp_path: Path, now: Comparing) -> None:
    a, b = train(tmp_path / "a.ubj", 0.1), train(tmp_path / "b.ubj", 0.2)
    assert recognise("model", a.read_bytes()).kind == "ubjson"
    assert not ubjson.recognises(PurePosixPath("a.json"), b'{"a": 1}')
    found = ubjson.compare(a, b, now)
    assert "learner.gradient_booster.model.trees[0].base_weights" in found.detail


def test_survives_damage(tmp_path: Path, survives: Callable[..., None]) -> None:
    survives(ubjson, train(tmp_path / "a.ubj", 0.1))
