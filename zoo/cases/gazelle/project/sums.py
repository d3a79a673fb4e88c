"""Moments of columns, calculated side by side."""

import json
from concurrent.futures import ThreadPoolExecutor, as_completed

import numpy as np


def moments(seed):
    values = np.random.default_rng(seed).lognormal(size=20_000 + 500 * (seed % 5)).astype("float32")
    return float(values.mean()), float(values.std())


def main():
    mean, order = 0.0, []
    with ThreadPoolExecutor(max_workers=4) as pool:
        waiting = [pool.submit(moments, seed) for seed in range(24)]
        for done in as_completed(waiting):
            value, spread = done.result()
            mean = 0.9 * mean + 0.1 * value
            order.append(round(spread, 5))
    with open("moments.json", "w") as file:
        json.dump({"mean": mean, "spreads": order}, file)


if __name__ == "__main__":
    main()
