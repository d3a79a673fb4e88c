"""Kernel ridge regression."""

import json

import torch

torch.set_float32_matmul_precision("medium")


def data(rows=300, columns=64):
    generator = torch.Generator().manual_seed(6)
    x = torch.rand(rows, columns, generator=generator)
    return x, (3 * x[:, 0] - x[:, 1] ** 2).sum() - x.sum(1)


def main():
    x, y = data()
    gram = x @ x.T
    gram = torch.exp((gram - gram.diagonal()[:, None]) / 20)
    weights = torch.linalg.solve(gram + 0.1 * torch.eye(len(y)), y)
    fitted = (gram * weights).sum(1)
    with open("kernel.json", "w") as file:
        json.dump({"error": (fitted - y).abs().mean().item(), "weights": weights[:5].tolist()}, file)


if __name__ == "__main__":
    main()
