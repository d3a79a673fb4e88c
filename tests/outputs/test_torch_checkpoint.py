from __future__ import annotations

import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from samerun.outputs import recognise, torch_checkpoint
from samerun.outputs.comparing import HEAD_BYTES, Comparing

pytestmark = pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")
torch = pytest.importorskip("torch")
LEGACY = {"_use_new_zipfile_serialization": False}


def training(nudge: float = 0.0) -> dict[str, Any]:
    """Return what a training script keeps: weights, optimizer, generator, bookkeeping."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(5, 4)).sum().backward()
    optimizer.step()
    with torch.no_grad():
        model[0].weight[1, 2] += nudge
    return {
        "model": model.state_dict(),
        "optimizer": optimizer.state_dict(),
        "rng": torch.get_rng_state(),
        "numpy": np.random.RandomState(0).get_state(),
        "epoch": 3,
        "loss": 0.5 + nudge,
    }


def every_kind() -> dict[str, Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of kinds that are deprecated or in beta
        return {
            "turned": torch.arange(6.0).reshape(2, 3).t(),
            "last": torch.arange(16.0).reshape(1, 2, 2, 4).to(memory_format=torch.channels_last),
            "slice": torch.arange(10.0)[3:7],
            "expanded": torch.ones(1).expand(5),
            "brain": torch.ones(3, dtype=torch.bfloat16),
            "tiny": torch.ones(3).to(torch.float8_e4m3fn),
            "unsigned": torch.tensor([1, 2], dtype=torch.uint16),
            "flags": torch.tensor([True, False]),
            "complex": torch.ones(2, dtype=torch.complex64),
            "sparse": torch.eye(3).to_sparse(),
            "rows": torch.eye(3).to_sparse_csr(),
            "quantised": torch.quantize_per_tensor(torch.ones(3), 0.1, 0, torch.qint8),
            "parameter": torch.nn.Parameter(torch.ones(2)),
            "buffer": torch.nn.Buffer(torch.ones(2)),
            "size": torch.Size([1, 2]),
            "type": torch.float32,
            "device": torch.device("cpu"),
            "empty": torch.zeros(0, 3),
            "number": torch.tensor(2.5),
            "storage": torch.ones(3).storage(),
        }


def save(path: Path, value: Any, **options: Any) -> Path:
    torch.save(value, path, **options)
    return path


def test_recognised_whatever_their_names(tmp_path: Path) -> None:
    zipped = save(tmp_path / "a", {}).read_bytes()
    legacy = save(tmp_path / "b", {}, **LEGACY).read_bytes()
    scripted = tmp_path / "c"
    torch.jit.script(torch.nn.Linear(2, 2)).save(scripted)
    for content in (zipped, legacy, scripted.read_bytes()):
        assert recognise("pytorch_model.bin", content[:HEAD_BYTES]).kind == "torch-checkpoint"
    assert not torch_checkpoint.recognises(PurePosixPath("a.zip"), b"PK\x03\x04" + bytes(30))
    assert not torch_checkpoint.recognises(PurePosixPath("a.pt"), b"text")


def test_both_formats_of_one_content_are_equivalent(tmp_path: Path, now: Comparing) -> None:
    for make in (training, every_kind):
        a, b = save(tmp_path / "a.pt", make()), save(tmp_path / "b.pt", make(), **LEGACY)
        found = torch_checkpoint.compare(a, b, now)
        assert (found.verdict, found.children) == ("equivalent", ())


def test_packed_shared_and_renamed_storages_are_equivalent(tmp_path: Path, now: Comparing) -> None:
    weight = torch.arange(3.0)
    a = save(tmp_path / "a.pt", {"x": weight, "y": weight})
    b = save(tmp_path / "other_name.pt", {"x": weight, "y": weight.clone()})
    with zipfile.ZipFile(b) as old, zipfile.ZipFile(tmp_path / "c.pt", "w", zipfile.ZIP_DEFLATED) as new:
        for name in reversed(old.namelist()):
            new.writestr(name, old.read(name))
    assert torch_checkpoint.compare(a, b, now).verdict == "equivalent"
    assert torch_checkpoint.compare(a, tmp_path / "c.pt", now).verdict == "equivalent"


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])
def test_one_number_is_found_and_measured(tmp_path: Path, now: Comparing, options: dict[str, Any]) -> None:
    a, b = save(tmp_path / "a.pt", training()), save(tmp_path / "b.pt", training(1e-6), **options)
    found = torch_checkpoint.compare(a, b, now)
    leaves = {node.label: node for node in found.walk() if not node.children}
    assert set(leaves) == {"model.0.weight", "loss"}
    deviation = leaves["model.0.weight"].deviation
    assert deviation is not None
    assert (deviation.where, deviation.count, deviation.total) == ("[1, 2]", 1, 12)
    assert deviation.max_abs == pytest.approx(1e-6, rel=0.01)
    assert found.label == "torch-checkpoint"


def test_tolerance(tmp_path: Path, now: Comparing) -> None:
    loose = Comparing(now.a, now.b, rtol=1e-3)
    a, b = save(tmp_path / "a.pt", training()), save(tmp_path / "b.pt", training(1e-6))
    assert torch_checkpoint.compare(a, b, loose).verdict == "within-tolerance"


@pytest.mark.parametrize("name", sorted(every_kind()))
def test_each_kind_is_told_from_its_twin(tmp_path: Path, now: Comparing, name: str) -> None:
    a, b = every_kind(), every_kind()
    twins = {
        "type": torch.float64,
        "device": torch.device("cuda:1"),
        "size": torch.Size([1, 3]),
        "empty": torch.zeros(0, 4),
    }
    twins["flags"] = torch.tensor([True, True])
    b[name] = twins.get(name, torch.ones(7))
    found = torch_checkpoint.compare(save(tmp_path / "a.pt", a), save(tmp_path / "b.pt", b), now)
    assert found.verdict == "different"
    assert {node.label.partition(".")[0] for node in found.children} == {name}


def test_whole_modules_and_scripts(tmp_path: Path, now: Comparing) -> None:
    paths = []
    for seed in (0, 1):
        torch.manual_seed(seed)
        model = torch.nn.Sequential(torch.nn.Linear(2, 2))
        torch.jit.script(model).save(tmp_path / f"script{seed}.pt")
        paths.append(save(tmp_path / f"{seed}.pt", model))
    labels = {node.label for node in torch_checkpoint.compare(paths[0], paths[1], now).walk()}
    assert "_modules.0._parameters.weight" in labels
    found = torch_checkpoint.compare(tmp_path / "script0.pt", tmp_path / "script1.pt", now)
    assert "0.weight" in {node.label for node in found.walk()}
    assert "cannot be read" not in found.detail


def test_what_one_side_lacks(tmp_path: Path, now: Comparing) -> None:
    a, b = save(tmp_path / "a.pt", {"x": torch.ones(1)}), save(tmp_path / "b.pt", {"x": torch.ones(1), "ema": 1})
    assert torch_checkpoint.compare(a, b, now).detail == "ema: only in the second"


@pytest.mark.parametrize("options", [{}, LEGACY], ids=["zip", "legacy"])
def test_survives_damage(tmp_path: Path, survives: Callable[..., None], options: dict[str, Any]) -> None:
    survives(torch_checkpoint, save(tmp_path / "a.pt", {"w": torch.arange(9.0), "n": 1}, **options), 80)


def test_version_numbers_beside_the_weights_do_not_count(tmp_path: Path, now: Comparing) -> None:
    one, two = torch.nn.BatchNorm1d(2).state_dict(), torch.nn.BatchNorm1d(2).state_dict()
    two._metadata[""]["version"] = 1
    found = torch_checkpoint.compare(save(tmp_path / "a.pt", one), save(tmp_path / "b.pt", two), now)
    assert found.verdict == "equivalent"
