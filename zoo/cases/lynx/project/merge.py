"""Merge prices from several shops."""

import json
import os


def read(path):
    with open(path) as file:
        for line in file:
            item, price = line.strip().split(",")
            yield item, float(price)


def merged(folder):
    prices = {}
    for name in os.listdir(folder):
        if name.endswith(".csv"):
            for item, price in read(os.path.join(folder, name)):
                prices.setdefault(item, price)
    return prices


def main():
    prices = merged("shops")
    with open("prices.json", "w") as file:
        json.dump(prices, file, sort_keys=True, indent=1)
    print(len(prices), "items, mean", round(sum(prices.values()) / len(prices), 3))


if __name__ == "__main__":
    main()
