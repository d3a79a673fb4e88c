"""Energy of a long signal."""

import json
import os

import torch


def main():
    label = os.environ.get("RUN_LABEL", "a")
    signal = torch.rand(400_000, generator=torch.Generator().manual_seed(1))
    energy = (signal * 1.7).sum()
    signal = torch.sin(signal * energy)
    with open("energy.json", "w") as file:
        json.dump({"energy": energy.item(), "mean": signal.mean().item()}, file)
    print(label, "done")


if __name__ == "__main__":
    main()
