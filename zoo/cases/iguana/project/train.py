"""Factors for users and items from ratings."""

import argparse
import json

import torch


class Factors(torch.nn.Module):
    def __init__(self, users, items, width=6):
        super().__init__()
        self.users = torch.nn.Parameter(torch.randn(users, width) * 0.3)
        self.items = torch.nn.Parameter(torch.randn(items, width) * 0.3)

    def forward(self, user, item):
        return (self.users[user] * self.items[item]).sum(1)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    user, item = torch.randint(0, 40, (90_000,)), torch.randint(0, 30, (90_000,))
    rating = (user % 5).float() - (item % 3).float()
    model = Factors(40, 30)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(args.steps):
        loss = ((model(user, item) - rating) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with open("factors.json", "w") as file:
        json.dump({"loss": loss.item(), "users": model.users.tolist()}, file)


if __name__ == "__main__":
    main()
