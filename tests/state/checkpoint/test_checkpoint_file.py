from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from samerun.errors import CannotSave, DamagedCheckpoint
from samerun.state.checkpoint import checkpoint_file
from samerun.state.checkpoint.checkpoint_file import is_ours, peek_file, read_file, write_file


def test_a_tree_there_and_back(tmp_path: Path) -> None:
    path = tmp_path / "x.pt"
    for number in (1, 2):  # the second takes the place of the first
        digest = write_file(path, {"epoch": number}, {"w": torch.full((3,), number), "n": number})
        loaded = read_file(path)
        assert (loaded.facts, loaded.tree["n"], loaded.hash) == ({"epoch": number}, number, digest)
        assert loaded.tree["w"].tolist() == [number] * 3
        assert path.read_bytes().endswith(digest.encode())
        assert peek_file(path) == {"epoch": number}
    assert is_ours(path)
    assert os.listdir(tmp_path) == ["x.pt"]


def test_memory_is_the_tensors_own(tmp_path: Path) -> None:
    write_file(tmp_path / "x.pt", {}, [torch.ones(4), torch.zeros(4)])
    one, two = read_file(tmp_path / "x.pt").tree
    os.truncate(tmp_path / "x.pt", 10)  # nothing is mapped: a file that is cut later hurts nobody
    one.add_(1)
    assert one.tolist() == [2.0] * 4
    assert two.tolist() == [0.0] * 4
    assert one.untyped_storage().nbytes() == 16


def test_a_failed_write_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.pt"
    write_file(path, {}, 1)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(checkpoint_file.container, "write", full)
    with pytest.raises(OSError, match="No space"):
        write_file(path, {}, 2)
    assert read_file(path).tree == 1
    assert os.listdir(tmp_path) == ["x.pt"]


def test_a_file_that_is_cut_while_it_is_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = checkpoint_file.container.write

    def cut(descriptor: int, *arguments: object) -> str:
        digest = write(descriptor, *arguments)  # type: ignore[arg-type]
        os.ftruncate(descriptor, 10)
        return digest

    monkeypatch.setattr(checkpoint_file.container, "write", cut)
    with pytest.raises(CannotSave, match="changed while it was written"):
        write_file(tmp_path / "x.pt", {}, 2)
    assert os.listdir(tmp_path) == []


def test_too_much_for_the_listing_is_told(tmp_path: Path) -> None:
    with pytest.raises(CannotSave, match="60,000 letters"):
        write_file(tmp_path / "x.pt", {"metrics": {"a": "x" * 70_000}}, 1)


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_file(tmp_path / "x.pt")
    (tmp_path / "y.pt").write_bytes(b"")
    with pytest.raises(DamagedCheckpoint, match="is empty"):
        peek_file(tmp_path / "y.pt")
