from __future__ import annotations

import os
from pathlib import Path

import torch

from samerun.state.checkpoint.ranks import Meeting, rank_and_size

from .ranks_lab import run_ranks


def test_one_process_meets_nobody() -> None:
    assert rank_and_size() == (0, 1)
    meeting = Meeting()
    assert meeting.gather(b"x") == [b"x"]
    assert meeting.broadcast("x") == "x"
    meeting.conclude()


def test_two_ranks_go_on_alike_and_one_reads_it(tmp_path: Path) -> None:
    run_ranks(tmp_path, 2, "whole resume")
    assert sorted(os.listdir(tmp_path / "c")) == [".lock", "best.pt", "epoch_002.pt", "last.pt"]
    keys = torch.load(tmp_path / "c" / "last.pt", weights_only=True)["model"]
    assert not any(key.startswith("module.") for key in keys)
    run_ranks(tmp_path, 1, "whole other")


def test_a_rank_that_does_not_come_is_named(tmp_path: Path) -> None:
    alone, _ = run_ranks(tmp_path, 2, "alone")
    assert "Rank 1 did not come to the checkpoint" in alone
    assert "Call save on every rank" in alone


def test_a_failure_is_told_on_every_rank(tmp_path: Path) -> None:
    first, second = run_ranks(tmp_path, 2, "whole fails")
    assert "could not be saved" in first
    assert "Rank 0 could not save the checkpoint" in second
