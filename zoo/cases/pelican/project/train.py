"""Fit widths of flowers."""

import argparse
import json
import os

import numpy as np
import yaml

from features import raw, scaled
from helpers import label


def fit(x, y, rate, strength, epochs):
    weights = np.zeros(x.shape[1])  # start
    for _ in range(epochs):
        weights -= rate * (x.T @ (x @ weights - y) / len(y) + strength * weights)
    return weights


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--quiet", action="store_true")
    args = parser.parse_args()
    with open("config.yaml") as file:
        config = yaml.safe_load(file)
    with open("notes.csv") as file:
        remarks = len(file.readlines()) - 1
    x, rng = raw()
    y = x @ np.array([0.3, 0.1, 0.0, 0.4]) + rng.normal(0, 0.1, len(x))
    x = scaled(x)
    weights = fit(x, y, config["rate"], config["strength"], args.epochs)
    error = float(np.mean((x @ weights - y) ** 2))
    if not args.quiet:
        print(label(config["name"], os.environ.get("JOB_LABEL")))
        print(f"error {error:.4f}")
    with open("result.json", "w") as file:
        json.dump({"error": error, "weights": weights.tolist(), "remarks": remarks}, file)


if __name__ == "__main__":
    main()
