"""Distributed data parallel over gloo: torchrun --nproc-per-node 2 train.py"""
import json
import os
import time

import torch
import torch.distributed as dist
import torch.nn as nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def make_data(n=2048):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(n, 16, generator=generator)
    w = torch.randn(16, 1, generator=generator)
    return x, x @ w + 0.1 * torch.randn(n, 1, generator=generator)


def main():
    dist.init_process_group("gloo")
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.set_num_threads(1)
    x, y = make_data()
    dataset = TensorDataset(x, y)
    sampler = DistributedSampler(dataset, num_replicas=world, rank=rank, shuffle=True)
    loader = DataLoader(dataset, batch_size=64, sampler=sampler)

    # The weights are not seeded: rank 0's are sent to the others. Dropout differs from rank to rank.
    model = DDP(nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Dropout(0.1), nn.Linear(32, 1)))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    os.makedirs("logs", exist_ok=True)
    os.makedirs("checkpoints", exist_ok=True)
    with open(f"logs/rank{rank}.jsonl", "w") as log:
        for epoch in range(4):
            sampler.set_epoch(epoch)
            total, start = 0.0, time.time()
            for bx, by in loader:
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(model(bx), by)
                loss.backward()
                optimizer.step()
                total += loss.item()
            record = {"epoch": epoch, "rank": rank, "loss": total / len(loader), "seconds": round(time.time() - start, 3)}
            log.write(json.dumps(record) + "\n")
            if rank == 0:
                print(f"epoch {epoch} loss {record['loss']:.5f}", flush=True)
    if rank == 0:
        torch.save({"model": model.module.state_dict(), "world_size": world}, "checkpoints/final.pt")
    dist.barrier()
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
