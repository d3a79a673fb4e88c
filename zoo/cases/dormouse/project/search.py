"""Hill climbing on a bumpy function."""

import json
import math
import random
import time


def height(x, y):
    return math.sin(3 * x) * math.cos(2 * y) - 0.1 * (x * x + y * y)


def climb(rng, limit):
    best, at, tried = -math.inf, (0.0, 0.0), 0
    began = time.perf_counter()
    while time.perf_counter() - began < limit:
        x, y = at[0] + rng.gauss(0, 0.4), at[1] + rng.gauss(0, 0.4)
        tried += 1
        if height(x, y) > best:
            best, at = height(x, y), (x, y)
    return best, at, tried


def main():
    best, at, tried = climb(random.Random(6), limit=0.05)
    with open("best.json", "w") as file:
        json.dump({"best": best, "x": at[0], "y": at[1], "tried": tried}, file)


if __name__ == "__main__":
    main()
