"""Weights summed by group."""

import json

import torch


def main():
    generator = torch.Generator().manual_seed(0)
    groups = torch.randint(0, 8, (200_000,), generator=generator).cuda()
    weights = torch.rand(200_000, generator=generator).cuda()
    sums = torch.zeros(8, device="cuda")
    sums.index_add_(0, groups, weights)
    with open("sums.json", "w") as file:
        json.dump({"sums": sums.tolist(), "mean": (sums / sums.sum()).tolist()}, file)


if __name__ == "__main__":
    main()
