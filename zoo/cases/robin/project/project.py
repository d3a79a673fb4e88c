"""Random projections of points."""

import os

import numpy as np


def main():
    width = int(os.environ.get("MODEL_WIDTH", "4"))
    hint = os.getenv("CACHE_HINT")
    rng = np.random.default_rng(width)
    points = np.arange(60.0).reshape(10, 6) % 7
    low = points @ rng.normal(size=(6, width)) / width**0.5
    distances = np.linalg.norm(low[:, None] - low[None], axis=2)
    print("hint", hint)
    np.savetxt("distances.txt", distances.round(6))


if __name__ == "__main__":
    main()
