from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from samerun.outputs import hdf5, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.window import Window

h5py = pytest.importorskip("h5py")


def save(path: Path, value: float) -> Path:
    with h5py.File(path, "w") as file:
        file["w"] = np.full(3, float(value))
    return path


def test_recognised(tmp_path: Path) -> None:
    assert recognise("model.weights.h5", save(tmp_path / "a", 1).read_bytes()).kind == "hdf5"


def test_compared_in_a_process_of_its_own(tmp_path: Path, now: Comparing) -> None:
    found = hdf5.compare(save(tmp_path / "a", 1), save(tmp_path / "b", 1.5), now)
    assert (found.label, found.verdict) == ("hdf5", "different")
    assert "w: 3 of 3 values differ, by at most 0.5" in found.detail


def test_infinities_survive_the_way_there_and_back(tmp_path: Path) -> None:
    never = Comparing(Window(math.inf, -math.inf), Window(math.inf, -math.inf))  # of data, which has no run
    found = hdf5.compare(save(tmp_path / "a", 1), save(tmp_path / "b", math.inf), never)
    assert found.detail.startswith("w: 3 of 3 values differ")


def test_damage_and_the_end_of_that_process_are_survived(
    tmp_path: Path, now: Comparing, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = save(tmp_path / "a", 1), tmp_path / "b"
    b.write_bytes(a.read_bytes()[:700])
    assert "the second file cannot be read as hdf5" in hdf5.compare(a, b, now).detail
    monkeypatch.setattr(sys, "executable", "/bin/false")
    found = hdf5.compare(a, save(b, 2), now)
    assert (found.label, found.verdict) == ("hdf5", "different")
    assert found.detail.startswith("the HDF5 library failed on one of the files; by bytes: ")
