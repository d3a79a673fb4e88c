from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import numpy as np
import pytest

from samerun.outputs import npy, recognise
from samerun.outputs.comparing import Comparing


def save(path: Path, array: object, **options: bool) -> Path:
    np.save(path, np.asarray(array), **options)
    return path


def test_recognised_by_its_first_bytes(tmp_path: Path) -> None:
    head = save(tmp_path / "a.npy", [1]).read_bytes()
    assert recognise("a.npy", head).kind == "npy"
    assert recognise("a.npy", b"text").kind == "text"
    assert not npy.recognises(PurePosixPath("a.npy"), b"PK\x03\x04")


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_another_header_of_the_same_array_is_equivalent(
    tmp_path: Path, now: Comparing, version: tuple[int, int]
) -> None:
    a = save(tmp_path / "a.npy", np.arange(6.0).reshape(2, 3))
    with (tmp_path / "b.npy").open("wb") as file:
        np.lib.format.write_array(file, np.asfortranarray(np.arange(6.0).reshape(2, 3)), version)
    found = npy.compare(a, tmp_path / "b.npy", now)
    assert (found.verdict, found.detail) == ("equivalent", "same content; only the container's bytes differ")


def test_a_twin_differs_as_it_was_made_to(tmp_path: Path, now: Comparing) -> None:
    a, b = save(tmp_path / "a.npy", [1.0, 2.0]), save(tmp_path / "b.npy", [1.0, 2.5])
    found = npy.compare(a, b, now)
    assert found.label == "npy"
    assert found.detail == "1 of 2 values differs, by at most 0.5 (relative 0.2) at [1]: 2.0 -> 2.5"


def test_fields_and_objects(tmp_path: Path, now: Comparing) -> None:
    kind = [("x", "<i4"), ("y", "<f8", (2,))]
    a, b = (save(tmp_path / f"{y}.npy", np.array([(1, (0.5, y))], kind)) for y in (1.0, 2.0))
    assert [child.label for child in npy.compare(a, b, now).children] == ["y"]
    a, b = (save(tmp_path / f"{y}.npy", np.array([{"k": y}, None], object), allow_pickle=True) for y in (1, 2))
    assert "[0].k: 1 -> 2" in npy.compare(a, b, now).detail


@pytest.mark.parametrize(
    "header", [b"{'descr': eval('1')}", b"{'descr': '<f8'}", b"[", b"", b"{'descr': '<f8', 'shape': (-1,)}"]
)
def test_a_hostile_header_is_compared_by_bytes(tmp_path: Path, now: Comparing, header: bytes) -> None:
    a = save(tmp_path / "a.npy", [1.0])
    b = tmp_path / "b.npy"
    b.write_bytes(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header)
    assert "the second file cannot be read as npy" in npy.compare(a, b, now).detail


def test_survives_damage(tmp_path: Path, survives: Callable[..., None]) -> None:
    survives(npy, save(tmp_path / "a.npy", np.arange(20.0)))
    survives(npy, save(tmp_path / "o.npy", np.array([{1: 2}, [3]], object), allow_pickle=True))
