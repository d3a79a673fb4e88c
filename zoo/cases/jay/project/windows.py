"""Means and spreads over windows of a series."""

import numpy as np


def windows(series, width):
    out = np.empty((len(series) - width + 1, 2))
    for start in range(len(out)):
        part = series[start : start + width]
        out[start] = part.mean(), part.std()
    return out


def main():
    series = np.cumsum(np.random.default_rng(5).normal(size=400))
    scratch = np.empty_like(series)
    np.multiply(series, 0.5, out=scratch)
    np.savez("windows.npz", five=windows(series, 5), twenty=windows(scratch, 20))


if __name__ == "__main__":
    main()
