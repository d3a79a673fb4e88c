"""Logistic regression on a fixed table."""

import json
import os

import numpy as np


def main():
    with open("train.json") as file:
        settings = json.load(file)
    x = np.sin(np.arange(100.0).reshape(20, 5))
    y = (np.arange(20) % 3 == 0).astype(float)
    # five weights
    weights = np.random.randn(5) * 0.1
    for _ in range(settings["steps"]):
        p = 1 / (1 + np.exp(-x @ weights))
        weights -= 0.2 * x.T @ (p - y) / len(y)
    print(settings["label"], os.environ.get("WHO"))
    with open("weights.json", "w") as file:
        json.dump(weights.tolist(), file)


if __name__ == "__main__":
    main()
