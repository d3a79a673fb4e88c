"""One least-squares fit for each part of the data, then the mean of their predictions."""

import json

import torch


def data(rows=24):
    x = torch.stack([torch.linspace(0, 1, rows, dtype=torch.float64) ** k for k in range(3)], 1)
    return x, torch.sin(4 * x[:, 1]) + 0.1 * torch.cos(40 * x[:, 1])


def fit(x, y):
    return torch.linalg.solve(x.T @ x + 1e-3 * torch.eye(x.shape[1], dtype=x.dtype), x.T @ y)


def main():
    x, y = data()
    parts = torch.get_num_threads()
    fits = [fit(x[part::parts], y[part::parts]) for part in range(parts)]
    predicted = torch.stack([x @ weights for weights in fits]).mean(0)
    with open("ensemble.json", "w") as file:
        json.dump({"models": len(fits), "error": round(((predicted - y) ** 2).mean().item(), 9)}, file)


if __name__ == "__main__":
    main()
