import argparse
import json

import torch


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=float, default=0.01)
    parser.add_argument("--name", default="run")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    torch.manual_seed(2)
    x = torch.randn(40, 3)
    y = x @ torch.tensor([1.0, 2.0, 3.0])
    model = torch.nn.Linear(3, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=args.rate)
    for step in range(20):
        loss = ((model(x)[:, 0] - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if args.verbose:
            print(args.name, step, loss.item())
    with open("loss.json", "w") as file:
        json.dump({"loss": loss.item()}, file)


if __name__ == "__main__":
    main()
