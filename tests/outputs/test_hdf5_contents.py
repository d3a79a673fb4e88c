from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samerun.outputs import hdf5_contents as subject
from samerun.outputs.comparing import Comparing
from samerun.outputs.hdf5_contents import compare_contents

h5py = pytest.importorskip("h5py")


def save(path: Path, nudge: float = 0.0, created: str = "", **options: Any) -> Path:
    with h5py.File(path, "w") as file:
        file.create_dataset("layers/dense/kernel", data=np.arange(12.0).reshape(3, 4) + nudge, **options)
        file["names"] = ["a", "b"]
        file["number"] = 1.5
        file["nothing"] = h5py.Empty("f4")
        file["pairs"] = np.array([(1, 2.0)], [("x", "i4"), ("y", "f8")])
        file.attrs["backend"] = "tensorflow"
        file["layers"].attrs["layer_names"] = ["dense"]
        file["soft"] = h5py.SoftLink("/layers")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["layers/loop"] = file["layers"]
        if created:
            file.attrs["created_at"] = created
    return path


def test_chunks_and_compression_do_not_count(tmp_path: Path, now: Comparing) -> None:
    a, b = save(tmp_path / "a.h5"), save(tmp_path / "b.h5", compression="gzip", chunks=(1, 2))
    found = compare_contents(a, b, now)
    assert (found.label, found.verdict) == ("hdf5", "equivalent")


def test_datasets_are_named_by_their_path(tmp_path: Path, now: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = save(tmp_path / "a.h5"), save(tmp_path / "b.h5", 0.5)
    found = compare_contents(a, b, now)
    leaf = list(found.walk())[-1]
    assert leaf.label == "layers.dense.kernel"
    assert leaf.deviation is not None
    assert (leaf.deviation.max_abs, leaf.deviation.count) == (0.5, 12)
    monkeypatch.setattr(subject, "MAX_PIECE", 40)  # a row at a time
    assert compare_contents(a, b, now) == found


def test_attributes(tmp_path: Path, comparing: Comparing) -> None:
    a = save(tmp_path / "a.h5", created="2024-06-10T06:13:30Z")
    b = save(tmp_path / "b.h5", created="2024-06-11T10:00:10Z")
    found = compare_contents(a, b, comparing)
    assert (found.verdict, [node.label for node in found.ignored()]) == ("equivalent", ["@created_at"])
    with h5py.File(b, "r+") as file:
        file["layers"].attrs["layer_names"] = ["conv"]
    assert "layers.@layer_names" in {node.label for node in compare_contents(a, b, comparing).walk()}


def test_what_one_side_lacks_and_other_types(tmp_path: Path, now: Comparing) -> None:
    a, b = save(tmp_path / "a.h5"), save(tmp_path / "b.h5")
    with h5py.File(b, "r+") as file:
        del file["names"]
        del file["number"]
        file["number"] = np.ones(2)
        file["extra"] = 1
    details = {child.label: child.detail for child in compare_contents(a, b, now).children}
    assert details["names"] == "only in the first"
    assert details["extra"] == "only in the second"
    assert details["number"] == "shape () -> (2,)"


def test_links_out_of_the_file_are_not_followed(tmp_path: Path, now: Comparing) -> None:
    secret = save(tmp_path / "secret.h5")
    for name, target in (("a", "/names"), ("b", "/number")):
        with h5py.File(tmp_path / name, "w") as file:
            file["out"] = h5py.ExternalLink(str(secret), target)
    assert "a link to" in compare_contents(tmp_path / "a", tmp_path / "b", now).detail
    layout = h5py.VirtualLayout((3, 4), "f8")
    layout[:] = h5py.VirtualSource(str(secret), "layers/dense/kernel", (3, 4))
    for name in "cd":
        with h5py.File(tmp_path / name, "w") as file:
            file.create_virtual_dataset("v", layout)
            file.attrs["n"] = name
    assert "takes its values from other files" in compare_contents(tmp_path / "c", tmp_path / "d", now).detail


def test_a_dataset_larger_than_the_limit_is_refused(tmp_path: Path, now: Comparing) -> None:
    for name in "ab":
        with h5py.File(tmp_path / name, "w") as file:
            file.create_dataset("x", (1 << 40,), "f8", chunks=(1 << 20,))
            file.attrs["n"] = name
    assert "bytes" in compare_contents(tmp_path / "a", tmp_path / "b", now).detail
