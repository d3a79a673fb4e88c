from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import torch

from samerun.errors import BadOption, DamagedCheckpoint
from samerun.state import Checkpoints
from samerun.state.checkpoint.folder import Rule
from samerun.state.checkpoint.sharded import MAIN, ShardedFolder, read_sharded

from .ranks_lab import run_ranks


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two ranks saved a sharded model, and went on alike after loading it."""
    folder = tmp_path_factory.mktemp("sharded")
    run_ranks(folder, 2, "sharded resume")
    return folder


@pytest.fixture
def folder(saved: Path, tmp_path: Path) -> Path:
    shutil.copytree(saved / "c", tmp_path / "c", symlinks=True)
    return tmp_path / "c"


def build() -> torch.nn.Module:
    return torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))


def test_a_checkpoint_is_a_folder_that_appears_whole(folder: Path) -> None:
    assert sorted(os.listdir(folder)) == [".lock", "best", "epoch_002", "last"]
    assert sorted(os.listdir(folder / "last")) == [MAIN, "rank_00000.pt", "rank_00001.pt"]
    assert os.readlink(folder / "last") == "epoch_002"
    (listed,) = Checkpoints(folder).list()
    assert (listed.name, listed.metrics) == ("epoch_002", {"loss": 0})


def test_a_plain_model_gets_the_weights_of_all_ranks(folder: Path) -> None:
    one, two = build(), build()
    for model in (one, two):
        restored = Checkpoints(folder).load(model=model)
        assert restored is not None
        assert restored.restored == ("model",)
    assert torch.equal(one[0].weight, two[0].weight)


def test_one_rank_reads_what_two_wrote(saved: Path) -> None:
    assert run_ranks(saved, 1, "sharded other") == ["True\n"]


@pytest.mark.parametrize("name", [MAIN, "rank_00000.pt", "rank_00001.pt"])
def test_every_file_is_checked(folder: Path, name: str) -> None:
    path = folder / "epoch_002" / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(data)
    model = build()
    before = model[0].weight.clone()
    with pytest.raises(DamagedCheckpoint):
        Checkpoints(folder).load(model=model)
    path.unlink()
    with pytest.raises(DamagedCheckpoint):
        read_sharded(folder / "epoch_002", {"model": model})
    assert torch.equal(model[0].weight, before)


def test_a_file_of_another_checkpoint_is_told(folder: Path) -> None:
    parts = folder / "epoch_002"
    os.replace(parts / "rank_00000.pt", parts / "rank_00001.pt")
    shutil.copy(parts / "rank_00001.pt", parts / "rank_00000.pt")
    with pytest.raises(DamagedCheckpoint, match="of another checkpoint"):
        Checkpoints(folder).load(model=build())


def test_a_wrong_model_is_refused(folder: Path) -> None:
    with pytest.raises(Exception, match=r"0\.weight \[5, 6\] in the checkpoint, \[4, 6\] here"):
        Checkpoints(folder).load(
            model=torch.nn.Sequential(torch.nn.Linear(6, 4), torch.nn.ReLU(), torch.nn.Linear(4, 3))
        )


def test_a_failure_is_told_on_every_rank(tmp_path: Path) -> None:
    said = run_ranks(tmp_path, 2, "sharded fails")
    assert all("could not be" in each for each in said)


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    folder = ShardedFolder(tmp_path, Rule(1, None, "min"), durable=False)
    (tmp_path / "epoch_001").mkdir()
    (tmp_path / "epoch_001" / "thesis.txt").write_text("x")
    assert not folder.is_ours(tmp_path / "epoch_001")
    with pytest.raises(BadOption, match="not written by samerun"):
        folder._refuse_foreign(tmp_path / "epoch_001")
