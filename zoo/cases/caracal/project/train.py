import json

import torch
from torch.nn.functional import mse_loss

from model import make


def batches(count=6, size=16):
    generator = torch.Generator().manual_seed(0)
    for _ in range(count):
        x = torch.rand(size, 5, generator=generator)
        yield x, (x**2).sum(1, keepdim=True)


def main():
    model = make(5, 12)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for epoch in range(5):
        for x, y in batches():
            optimizer.zero_grad()
            loss = mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    torch.save(model.state_dict(), "model.pt")
    with open("losses.json", "w") as file:
        json.dump(losses, file)


if __name__ == "__main__":
    main()
