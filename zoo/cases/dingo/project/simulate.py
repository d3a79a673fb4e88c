"""Estimate the value of an option by simulation."""

import json
import time

import numpy as np


def fresh():
    return int(time.time() * 1000) % 2**32


def paths(rng, count=400, steps=20, drift=0.01, volatility=0.2):
    moves = rng.normal(drift / steps, volatility / steps**0.5, size=(count, steps))
    return 100 * np.exp(moves.cumsum(axis=1))


def main():
    started = time.perf_counter()
    rng = np.random.default_rng(fresh())
    ends = paths(rng)[:, -1]
    value = float(np.maximum(ends - 105, 0).mean())
    with open("value.json", "w") as file:
        json.dump({"value": value, "paths": len(ends)}, file)
    print(f"{value:.3f} in {time.perf_counter() - started:.3f} s")


if __name__ == "__main__":
    main()
