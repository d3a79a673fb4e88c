import json

import torch
from torch import nn
from torch.utils.data import DataLoader

from dataset import Images


def main():
    torch.manual_seed(0)
    loader = DataLoader(Images(), batch_size=6, shuffle=True, num_workers=2)
    model = nn.Linear(8, 2)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    history = []
    for epoch in range(2):
        total = 0.0
        for images, labels in loader:
            loss = nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        history.append(total / len(loader))
    with open("history.json", "w") as file:
        json.dump(history, file)


if __name__ == "__main__":
    main()
