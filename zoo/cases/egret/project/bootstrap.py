"""An interval for a mean by resampling."""

import os

import numpy as np

MEASURED = [4.1, 3.8, 5.0, 4.4, 4.9, 3.7, 4.2, 4.6, 5.3, 4.0, 4.8, 4.3]


def interval(values, rng, draws=300, level=0.9):
    picks = rng.integers(0, len(values), size=(draws, len(values)))
    means = np.asarray(values)[picks].mean(axis=1)
    return np.quantile(means, [(1 - level) / 2, (1 + level) / 2])


def main():
    rng = np.random.default_rng(1000 + os.getpid())
    low, high = interval(MEASURED, rng)
    with open("interval.txt", "w") as file:
        file.write(f"mean {np.mean(MEASURED):.4f}\nlow {low:.6f}\nhigh {high:.6f}\n")


if __name__ == "__main__":
    main()
