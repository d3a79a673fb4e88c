import json

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Series(Dataset):
    def __len__(self):
        return 48

    def __getitem__(self, index):
        x = torch.linspace(0, 1 + index / 8, 400 + 211 * (index % 5))
        for _ in range(index % 4):
            x = torch.cumsum(x, 0) / len(x)
        return x[:12], torch.tensor([index / 48])


def main():
    torch.manual_seed(9)
    torch.set_num_threads(1)
    loader = DataLoader(Series(), batch_size=3, num_workers=3, in_order=False)
    model = nn.Linear(12, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    losses = []
    for epoch in range(2):
        for x, y in loader:
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    with open("losses.json", "w") as file:
        json.dump(losses, file)


if __name__ == "__main__":
    main()
