"""Attention over a short sequence."""

import json
import math

import torch


def attention(queries, keys, values):
    weights = torch.softmax(queries @ keys.T / math.sqrt(keys.shape[1]), dim=1)
    return weights @ values


def main():
    torch.manual_seed(8)
    sequence = torch.randn(64, 16)
    project = [torch.randn(16, 16) / 4 for _ in range(3)]
    for layer in range(3):
        sequence = torch.nn.functional.layer_norm(attention(*(sequence @ p for p in project)), (16,))
    torch.save(sequence, "sequence.pt")
    with open("summary.json", "w") as file:
        json.dump({"first": sequence[0, :4].tolist()}, file)


if __name__ == "__main__":
    main()
