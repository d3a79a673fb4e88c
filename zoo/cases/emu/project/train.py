"""A seeded training with workers."""

import json
import random

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Noisy(Dataset):
    def __len__(self):
        return 40

    def __getitem__(self, index):
        noise = np.random.normal(0, 0.05, 6) + random.random() * 0.01
        return (np.sin(np.arange(6) + index) + noise).astype("float32"), index % 2


def seed_worker(worker):
    seed = torch.initial_seed() % 2**32
    np.random.seed(seed)
    random.seed(seed)


def main():
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    loader = DataLoader(
        Noisy(), batch_size=8, shuffle=True, num_workers=2, worker_init_fn=seed_worker, generator=generator
    )
    model = nn.Sequential(nn.Linear(6, 8), nn.Dropout(0.2), nn.ReLU(), nn.Linear(8, 2))
    optimizer = torch.optim.Adam(model.parameters())
    losses = []
    for epoch in range(2):
        for x, y in loader:
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
