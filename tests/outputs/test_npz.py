from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from samerun.outputs import npz, recognise
from samerun.outputs.comparing import HEAD_BYTES, Comparing


def test_recognised_whatever_its_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones(2))
    head = (tmp_path / "a.npz").read_bytes()[:HEAD_BYTES]
    assert recognise("a.npz", head).kind == recognise("weights.bin", head).kind == "npz"
    assert recognise("a.zip", b"PK\x03\x04" + bytes(26)).kind != "npz"


def test_order_and_compression_do_not_count(tmp_path: Path, now: Comparing) -> None:
    x, y = np.arange(5), np.ones(3)
    np.savez(tmp_path / "a.npz", x=x, y=y)
    np.savez_compressed(tmp_path / "b.npz", y=y, x=x)
    assert npz.compare(tmp_path / "a.npz", tmp_path / "b.npz", now).verdict == "equivalent"


def test_each_array_is_named(tmp_path: Path, now: Comparing) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(5), y=np.ones(3))
    np.savez(tmp_path / "b.npz", x=np.arange(5), y=np.ones(4), z=np.ones(1), o=np.array([{"k": 1}], object))
    found = npz.compare(tmp_path / "a.npz", tmp_path / "b.npz", now)
    assert [(child.label, child.detail) for child in found.children] == [
        ("o", "only in the second"),
        ("y", "shape (3,) -> (4,)"),
        ("z", "only in the second"),
    ]


def test_objects_are_named_below_their_array(tmp_path: Path, now: Comparing) -> None:
    for name, value in (("a", 1), ("b", 2)):
        np.savez(tmp_path / f"{name}.npz", o=np.array([{"k": value}], object))
    found = npz.compare(tmp_path / "a.npz", tmp_path / "b.npz", now)
    assert list(found.walk())[-1].label == "o[0].k"


def test_survives_damage(tmp_path: Path, survives: Callable[..., None]) -> None:
    np.savez(tmp_path / "a.npz", x=np.arange(5), y=np.ones(3))
    np.savez_compressed(tmp_path / "b.npz", x=np.arange(5))
    survives(npz, tmp_path / "a.npz")
    survives(npz, tmp_path / "b.npz")
