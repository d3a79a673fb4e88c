import argparse
import json

import torch
from torch.utils.data import DataLoader, TensorDataset


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--workers", type=int, default=0)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    x = torch.rand(48, 4)
    data = TensorDataset(x, (x.sum(1) > 2).float())
    loader = DataLoader(data, batch_size=args.batch_size, shuffle=True, num_workers=args.workers)
    model = torch.nn.Linear(4, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    for epoch in range(2):
        for rows, labels in loader:
            loss = torch.nn.functional.binary_cross_entropy_with_logits(model(rows)[:, 0], labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    with open("loss.json", "w") as file:
        json.dump({"loss": loss.item(), "weight": model.weight.tolist()}, file)


if __name__ == "__main__":
    main()
