from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from samerun.errors import BadOption, DamagedCheckpoint
from samerun.state.checkpoint.checkpoint_file import write_file
from samerun.state.checkpoint.finding import Finder
from samerun.state.checkpoint.folder import Folder, Rule
from samerun.state.checkpoint.naming import Name
from samerun.state.checkpoint.sharded import MAIN, ShardedFolder

RULE = Rule(None, "loss", "min")


def save(path: Path, epoch: int, loss: float, sharded: bool = False) -> None:
    """Publish a checkpoint; of a sharded one only what is looked at to find it."""
    folder = ShardedFolder(path, RULE, durable=False) if sharded else Folder(path, RULE, durable=False)
    facts: dict[str, Any] = {"name": f"epoch_{epoch:03d}", "epoch": epoch, "step": None, "metrics": {"loss": loss}}

    def write(target: Path) -> None:
        if sharded:
            target.mkdir()
            (target / "rank_00000.pt").touch()
        write_file(target / MAIN if sharded else target, facts, epoch)

    folder.publish(Name(epoch, None), facts["metrics"], write)


def finder(path: Path) -> Finder:
    return Finder(path, Folder(path, RULE, durable=False), ShardedFolder(path, RULE, durable=False))


def test_nothing_is_there_yet(tmp_path: Path) -> None:
    for which in ("last", "best", 3, "epoch_003"):
        assert finder(tmp_path / "none").find(which) is None
    assert finder(tmp_path).list() == []


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    assert finder(tmp_path).find(Path("x.pt")) == Path("x.pt")
    assert finder(tmp_path).find(f"a{os.sep}x.pt") == Path("a/x.pt")


def test_by_name_by_number_the_last_and_the_best(tmp_path: Path) -> None:
    save(tmp_path, 1, 0.1)
    save(tmp_path, 2, 0.2)
    one = finder(tmp_path)
    expected: dict[str | int, str] = {
        "last": "last.pt",
        "best": "best.pt",
        "last.pt": "last.pt",
        "best.pt": "best.pt",
        1: "epoch_001.pt",
        "epoch_002": "epoch_002.pt",
        "epoch_001.pt": "epoch_001.pt",
    }
    for which, name in expected.items():
        assert one.find(which) == tmp_path / name
    with pytest.raises(BadOption, match="There are: epoch_001, epoch_002, last, best"):
        one.find(3)


@pytest.mark.parametrize("first", [True, False])
def test_a_training_that_went_on_sharded_or_no_longer(tmp_path: Path, first: bool) -> None:
    save(tmp_path, 2, 0.1, sharded=first)
    save(tmp_path, 3, 0.2, sharded=not first)
    one = finder(tmp_path)
    assert one.find("last") == tmp_path / ("last.pt" if first else "last")
    assert one.find("best") == tmp_path / ("best" if first else "best.pt")
    assert one.find(2) == tmp_path / ("epoch_002" if first else "epoch_002.pt")
    assert [(each.epoch, each.problem) for each in one.list()] == [(2, ""), (3, "")]


def test_folders_of_such_names_that_hold_something_else_are_not_looked_at(tmp_path: Path) -> None:
    save(tmp_path, 5, 0.1)
    (tmp_path / "epoch_007").mkdir()
    (tmp_path / "epoch_007" / "sample.png").touch()
    one = finder(tmp_path)
    assert one.find("last") == tmp_path / "last.pt"
    assert [each.epoch for each in one.list()] == [5]


def test_a_sharded_one_without_its_main_file_is_listed_as_damaged(tmp_path: Path) -> None:
    save(tmp_path, 1, 0.1, sharded=True)
    (tmp_path / "epoch_001" / MAIN).unlink()
    (listed,) = finder(tmp_path).list()
    assert (listed.name, bool(listed.problem)) == ("epoch_001", True)


def test_without_a_best_it_says_how_to_have_one(tmp_path: Path) -> None:
    save(tmp_path, 1, 0.1)
    (tmp_path / "best.pt").unlink()
    with pytest.raises(BadOption, match="no best checkpoint yet"):
        finder(tmp_path).find("best")


def test_foreign_files_alone_are_refused_with_what_to_do(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "epoch_004.pt")
    with pytest.raises(DamagedCheckpoint, match=r"epoch_004\.pt and no checkpoint .*torch\.load.*begin anew"):
        finder(tmp_path).find("last")


def test_the_way_out_of_a_damaged_one(tmp_path: Path) -> None:
    error = DamagedCheckpoint("It is damaged.", "Load another one.")
    one = finder(tmp_path)
    assert "To begin anew" in str(one.with_a_way_out(error, tmp_path / "last.pt"))
    assert one.with_a_way_out(error, tmp_path / "elsewhere" / "last.pt") is error
    save(tmp_path, 1, 0.1)
    assert "load('epoch_001', ...)" in str(one.with_a_way_out(error, tmp_path / "last.pt"))


def test_a_pruned_one_is_found_under_its_other_name(tmp_path: Path) -> None:
    save(tmp_path, 1, 0.1)
    save(tmp_path, 2, 0.2)
    (tmp_path / "epoch_001.pt").unlink()
    assert finder(tmp_path).find(1) == tmp_path / "best.pt"


def test_without_a_last_the_newest_of_ours_is_the_last(tmp_path: Path) -> None:
    save(tmp_path, 1, 0.1)
    torch.save({}, tmp_path / "epoch_009.pt")
    (tmp_path / "last.pt").unlink()
    assert finder(tmp_path).find("last") == tmp_path / "epoch_001.pt"
