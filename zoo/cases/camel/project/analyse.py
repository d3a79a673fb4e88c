"""Means by group over a sample of a table."""

import argparse

import numpy as np
import pandas as pd


def read():
    rng = np.random.default_rng(8)
    return pd.DataFrame(
        {
            "group": rng.choice(["north", "south", "east"], 200),
            "height": rng.normal(170, 9, 200).round(1),
            "weight": rng.normal(70, 11, 200).round(1),
        }
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=100)
    rows = parser.parse_args().rows
    table = read()
    sample = table.sample(n=rows)
    means = sample.groupby("group")[["height", "weight"]].mean()
    means["ratio"] = means["weight"] / means["height"]
    means.to_csv("means.csv")
    print(means.round(3))


if __name__ == "__main__":
    main()
