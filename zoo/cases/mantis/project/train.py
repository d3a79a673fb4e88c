"""A small network on made-up pictures."""

import json

import torch
from torch import nn


def pictures(count=32):
    generator = torch.Generator().manual_seed(2)
    x = torch.rand(count, 3, 24, 24, generator=generator)
    return x, (x.mean((1, 2, 3)) > 0.5).long()


def main():
    torch.manual_seed(7)
    model = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 2))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    x, y = pictures()
    losses = []
    for step in range(4):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    torch.save(model.state_dict(), "model.pt")
    with open("losses.json", "w") as file:
        json.dump(losses, file)


if __name__ == "__main__":
    main()
