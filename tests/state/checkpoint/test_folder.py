from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from samerun.errors import BadOption, CannotSave
from samerun.state.checkpoint.checkpoint_file import MODE, write_file
from samerun.state.checkpoint.folder import Folder, Rule
from samerun.state.checkpoint.naming import Name


def publish(folder: Folder, epoch: int, **metrics: Any) -> Path:
    facts = {"epoch": epoch, "metrics": metrics}
    return folder.publish(
        Name(epoch, None), metrics, lambda path: write_file(path, facts, epoch, durable=folder.durable)
    )


def folder(path: Path, keep: int | None = 2, mode: str = "min", durable: bool = False) -> Folder:
    return Folder(path / "c", Rule(keep, "loss", mode), durable=durable)


def test_the_steps_come_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = folder(tmp_path, 1)
    publish(one, 1, loss=1)
    seen: list[list[str]] = []
    for name in ("_point", "_prune"):
        original = getattr(Folder, name)

        def watched(self: Folder, *arguments: Any, original: Any = original, name: str = name) -> None:
            facts = {text: self.peek(self.place(text))["epoch"] for text in ("best", "last")}
            seen.append([name, *map(str, arguments[:1]), str(facts)])
            original(self, *arguments)

        monkeypatch.setattr(Folder, name, watched)
    publish(one, 2, loss=0)
    assert [each[:2] for each in seen] == [["_point", "best"], ["_point", "last"], ["_prune", "epoch_002"]]
    assert seen[1][2] == "{'best': 2, 'last': 1}"
    assert [str(entry.name) for entry in one.entries()] == ["epoch_002"]


def test_best_and_last_are_the_same_blocks(tmp_path: Path) -> None:
    path = publish(folder(tmp_path), 1, loss=1)
    inodes = {os.stat(tmp_path / "c" / name).st_ino for name in ("best.pt", "last.pt", path.name)}
    assert len(inodes) == 1
    assert os.stat(path).st_mode & 0o777 == 0o400


def test_copies_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*arguments: Any, **options: Any) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    one = folder(tmp_path)
    for epoch in (1, 2):
        publish(one, epoch, loss=epoch)
    assert one.peek(one.place("last"))["epoch"] == 2
    assert one.peek(one.place("best"))["epoch"] == 1


@pytest.mark.parametrize(("mode", "best"), [("min", 2), ("max", 3)])
def test_the_best_by_mode(tmp_path: Path, mode: str, best: int) -> None:
    one = folder(tmp_path, None, mode)
    for epoch, loss in enumerate([float("nan"), 5, 1, 9, 9, 1, float("nan"), "text", None]):
        publish(one, epoch, loss=loss)
    assert one.peek(one.place("best"))["epoch"] == best
    assert len(one.entries()) == 9


def test_a_damaged_best_is_replaced(tmp_path: Path) -> None:
    one = folder(tmp_path)
    publish(one, 1, loss=1)
    best = one.place("best")
    whole = best.read_bytes()
    best.unlink()
    best.write_bytes(whole[:200])
    publish(one, 2, loss=3)
    assert one.peek(best)["epoch"] == 2


def test_an_empty_file_of_a_power_cut_is_replaced(tmp_path: Path) -> None:
    one = folder(tmp_path)
    publish(one, 1)
    one.place("last").unlink()
    one.place("last").touch(mode=MODE)  # the inode was written, its blocks were not
    assert [entry.name.epoch for entry in one.own_entries()] == [1]
    publish(one, 2)
    assert one.peek(one.place("last"))["epoch"] == 2


def test_an_empty_file_of_somebody_elses_is_left(tmp_path: Path) -> None:
    one = folder(tmp_path)
    publish(one, 1)
    for name in ("last", "epoch_002"):
        one.place(name).unlink(missing_ok=True)
        one.place(name).touch(mode=0o644)
        with pytest.raises(BadOption, match=f"{name}.pt is there and was not written by samerun"):
            publish(one, 2)
        one.place(name).unlink()


def test_own_entries_are_those_that_samerun_wrote(tmp_path: Path) -> None:
    one = folder(tmp_path)
    publish(one, 1)
    torch.save({}, one.place("epoch_002"))
    one.place("epoch_003").touch()
    one.place("epoch_004").mkdir()
    assert [entry.name.epoch for entry in one.entries()] == [1, 2, 3, 4]
    assert [entry.name.epoch for entry in one.own_entries()] == [1, 3, 4]


def test_durable_makes_the_names_survive_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), fsync(fd)))
    publish(folder(tmp_path, durable=True), 1, loss=1)
    assert any(name.endswith(".tmp") for name in synced)
    assert synced[-1] == str(tmp_path / "c")
    synced.clear()
    publish(folder(tmp_path), 2, loss=1)
    assert synced == []


def test_a_failing_write_leaves_nothing(tmp_path: Path) -> None:
    one = folder(tmp_path)
    publish(one, 1)

    def fails(path: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(CannotSave, match=r"No space left on device\. The ones before are as they were\. Free some"):
        one.publish(Name(2, None), {}, fails)
    assert sorted(os.listdir(one.path)) == [".lock", "epoch_001.pt", "last.pt"]
