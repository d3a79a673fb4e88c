from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.outputs import recognise, safetensors_file
from samerun.outputs.comparing import Comparing

torch = pytest.importorskip("torch")
saving = pytest.importorskip("safetensors.torch")


def save(path: Path, scale: float = 1.0, **metadata: str) -> Path:
    weight = torch.ones(3, dtype=torch.bfloat16) * scale
    saving.save_file({"m.w": weight, "f": torch.ones(2).to(torch.float8_e4m3fn)}, path, metadata or None)
    return path


def write(path: Path, header: object, data: bytes) -> Path:
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
    return path


def test_recognised_without_its_name(tmp_path: Path) -> None:
    assert recognise("model.bin", save(tmp_path / "a").read_bytes()).kind == "safetensors"
    assert recognise("model.bin", b'{"a": {"b": 1}}').kind != "safetensors"


def test_another_order_is_equivalent(tmp_path: Path, now: Comparing) -> None:
    entry = {"dtype": "U8", "shape": [1]}
    first, second = {**entry, "data_offsets": [0, 1]}, {**entry, "data_offsets": [1, 2]}
    a = write(tmp_path / "a", {"x": first, "y": second}, b"\1\2")
    b = write(tmp_path / "b", {"x": second, "y": first}, b"\2\1")
    assert safetensors_file.compare(a, b, now).verdict == "equivalent"


def test_tensor_by_tensor_in_its_own_precision(tmp_path: Path, now: Comparing) -> None:
    found = safetensors_file.compare(save(tmp_path / "a"), save(tmp_path / "b", 1.01), now)
    (child,) = found.children
    assert child.label == "m.w"
    assert child.deviation is not None
    assert (child.deviation.max_ulps, child.deviation.count) == (1, 3)


def test_metadata_is_content(tmp_path: Path, now: Comparing) -> None:
    found = safetensors_file.compare(save(tmp_path / "a", step="1"), save(tmp_path / "b", step="2"), now)
    assert found.verdict == "different"
    assert "step" in found.detail


@pytest.mark.parametrize("offsets", [[0, 2], [-1, 0], [5, 6], [1, 0], ["0", 1]])
def test_offsets_that_lead_out_are_refused(tmp_path: Path, now: Comparing, offsets: list[object]) -> None:
    a = write(tmp_path / "a", {"x": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}}, b"\1")
    b = write(tmp_path / "b", {"x": {"dtype": "U8", "shape": [1], "data_offsets": offsets}}, b"\1")
    assert "the second file cannot be read as safetensors" in safetensors_file.compare(a, b, now).detail


def test_survives_damage(tmp_path: Path, survives: Callable[..., None]) -> None:
    survives(safetensors_file, save(tmp_path / "a.safetensors"))
