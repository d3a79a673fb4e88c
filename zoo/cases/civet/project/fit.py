"""A linear model on shuffled batches."""

import json

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset


def seeded_model():
    with torch.random.fork_rng():
        torch.manual_seed(21)
        return nn.Linear(3, 1)


def table():
    x = torch.linspace(-1, 1, 96).reshape(32, 3)
    return TensorDataset(x, x @ torch.tensor([[1.0], [0.5], [-1.0]]) + 0.2)


def main():
    model = seeded_model()
    loader = DataLoader(table(), batch_size=5, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    seen = 0
    for epoch in range(3):
        for x, y in loader:
            optimizer.zero_grad()
            nn.functional.mse_loss(model(x), y).backward()
            optimizer.step()
            seen += len(x)
    weights = [p.detach().reshape(-1).tolist() for p in model.parameters()]
    with open("weights.json", "w") as file:
        json.dump({"seen": seen, "weights": weights}, file)


if __name__ == "__main__":
    main()
