"""Word vectors by pulling neighbours together."""

import json

import torch


def corpus(count=120_000, words=50):
    generator = torch.Generator().manual_seed(3)
    return torch.randint(0, words, (count,), generator=generator)


def step(table, words, others, rate):
    pull = table[words] - table[others]
    table.index_put_((words,), -rate * pull, accumulate=True)


def main():
    text = corpus()
    table = torch.randn(50, 8, generator=torch.Generator().manual_seed(1))
    for _ in range(3):
        step(table, text[:-1], text[1:], rate=1e-4)
    torch.save(table, "vectors.pt")
    with open("summary.json", "w") as file:
        json.dump({"norm": table.norm().item()}, file)


if __name__ == "__main__":
    main()
