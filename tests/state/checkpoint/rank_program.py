"""What each rank of a test runs: python rank_program.py STORE RANK SIZE FOLDER WHAT."""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.fsdp import fully_shard
from torch.nn.parallel import DistributedDataParallel

from samerun.errors import SamerunError
from samerun.state import Checkpoints
from samerun.state.checkpoint import ranks


class Position:
    """A loader's place, another on each rank."""

    def __init__(self, place: int = 0) -> None:
        self.place = place

    def state_dict(self) -> dict[str, int]:
        return {"place": self.place}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.place = state["place"]


def build(sharded: bool) -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(3)
    model: torch.nn.Module = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Linear(5, 3))
    if sharded:
        fully_shard(model[0])  # type: ignore[index]
        fully_shard(model)
    elif dist.get_world_size() > 1:
        model = DistributedDataParallel(model)
    return model, torch.optim.AdamW(model.parameters(), lr=0.1)


def train(model: torch.nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    for _ in range(steps):
        optimizer.zero_grad()
        model(torch.randn(4, 6) + random.random()).pow(2).mean().backward()
        optimizer.step()


def full(model: torch.nn.Module) -> list[torch.Tensor]:
    tensors = [t.detach() for t in model.parameters()]
    return [(t.full_tensor() if hasattr(t, "full_tensor") else t).clone() for t in tensors]


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


def resume(checkpoints: Checkpoints, rank: int, sharded: bool) -> None:
    """Save in mid-training, go on; load into another start, go on alike: the same bits on each rank."""
    model, optimizer = build(sharded)
    torch.manual_seed(100 + rank)
    random.seed(100 + rank)
    position = Position(10 + rank)
    train(model, optimizer, 2)
    for epoch in (1, 2, 2):
        path = checkpoints.save(
            epoch=epoch, model=model, optimizer=optimizer, loader=position, metrics={"loss": 2 - epoch}
        )
    assert path is not None
    assert path.exists()
    train(model, optimizer, 2)
    expected = full(model)
    model, optimizer = build(sharded)
    position = Position()
    restored = checkpoints.load(model=model, optimizer=optimizer, loader=position)
    assert restored is not None
    assert restored.not_restored == {}, restored
    assert position.place == 10 + rank
    train(model, optimizer, 2)
    assert same(full(model), expected)


def other_size(checkpoints: Checkpoints, sharded: bool) -> None:
    """Load what two ranks saved as one: the weights come, what belongs to a rank is told."""
    model, optimizer = build(sharded)
    before = full(model)
    position = Position(-1)
    restored = checkpoints.load("best", model=model, optimizer=optimizer, loader=position)
    assert restored is not None
    assert restored.restored == ("model", "optimizer")
    assert "differs from rank to rank: the checkpoint is of 2 ranks" in restored.not_restored["loader"]
    assert "of 2 ranks, this is one of 1" in restored.not_restored["generators"]
    assert position.place == -1
    assert not same(full(model), before)
    train(model, optimizer, 1)
    print(repr(torch.cat([t.flatten() for t in full(model)]).sum().item() != 0))


def main() -> None:
    store, rank, size, folder, what = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]), sys.argv[5]
    dist.init_process_group("gloo", store=dist.FileStore(store, size), rank=rank, world_size=size)
    sharded = what.startswith("sharded")
    checkpoints = Checkpoints(folder, keep_last=1, keep_best="loss")
    if what.endswith("resume"):
        resume(checkpoints, rank, sharded)
    elif what.endswith("other"):
        other_size(checkpoints, sharded)
    elif what == "alone" and rank == 0:
        ranks.PATIENCE = timedelta(seconds=1)
        try:
            checkpoints.save(epoch=1)
        except SamerunError as error:
            print(error)
    elif what.endswith("fails"):
        if rank == 0:
            folder.write_text("no folder")
        dist.barrier()
        try:
            model, optimizer = build(sharded)
            checkpoints.save(epoch=1, model=model)
        except SamerunError as error:
            print(error)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
