from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from samerun.errors import DamagedCheckpoint
from samerun.state.checkpoint.checkpoint_file import write_file
from samerun.state.checkpoint.sharding import Reader, read_shards, write_shards


@pytest.fixture
def plan(tmp_path: Path) -> dict[str, Any]:
    """Two files that hold the halves of a matrix, as two ranks would write them."""
    whole = torch.arange(12.0).reshape(4, 3)
    hashes = {
        f"rank_0000{rank}.pt": write_file(tmp_path / f"rank_0000{rank}.pt", {}, {"0": whole[2 * rank : 2 * rank + 2]})
        for rank in range(2)
    }
    chunks = [{"offset": (2 * rank, 0), "size": (2, 3), "place": (f"rank_0000{rank}.pt", "0")} for rank in range(2)]
    return {"plan": {"w": {"dtype": torch.float32, "size": (4, 3), "chunks": chunks}}, "hashes": hashes}


def test_the_pieces_of_all_ranks_make_the_whole(tmp_path: Path, plan: dict[str, Any]) -> None:
    target = torch.zeros(4, 3)
    reader = Reader(tmp_path, **plan)
    reader.check()
    read_shards(reader, {"w": target}, tmp_path)
    assert target.tolist() == torch.arange(12.0).reshape(4, 3).tolist()


@pytest.mark.parametrize("lie", ["size", "place", "name", "chunks", "outside", "twice", "swapped"])
def test_a_plan_that_lies_is_damaged(tmp_path: Path, plan: dict[str, Any], lie: str) -> None:
    facts = plan["plan"]["w"]
    if lie == "size":
        facts["chunks"][0]["size"] = (3, 3)
    elif lie == "place":
        facts["chunks"][1]["place"] = ("rank_00009.pt", "0")
    elif lie == "name":
        facts["chunks"][1]["place"] = ("../secret", "0")
    elif lie == "chunks":
        del facts["chunks"][1]
    elif lie == "twice":
        facts["chunks"][1]["offset"] = (0, 0)
    elif lie == "swapped":
        facts["dtype"], facts["size"] = torch.float64, (4, 4)
    else:
        facts["chunks"][1]["offset"] = (900, 0)
    with pytest.raises(DamagedCheckpoint):
        checked_read(Reader(tmp_path, **plan), tmp_path)


def checked_read(reader: Reader, folder: Path) -> None:
    reader.check()
    read_shards(reader, {"w": torch.zeros(4, 3)}, folder)


def test_one_process_writes_one_file(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="torch.distributed is"):
        writer = write_shards({"a": torch.ones(2), "b": torch.zeros(3)}, tmp_path, 0, durable=False)
    target = torch.zeros(2)
    read_shards(Reader(tmp_path, writer.plan, writer.hashes), {"a": target}, tmp_path)
    assert target.tolist() == [1.0, 1.0]
    assert list(writer.hashes) == ["rank_00000.pt"]
