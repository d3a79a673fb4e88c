"""A least-squares fit that says how long it took."""

import json
import time
from datetime import datetime

import numpy as np


def main():
    started = datetime.now()
    begin = time.perf_counter()
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 6))
    y = x @ np.arange(6.0) + rng.normal(size=200)
    weights = np.linalg.solve(x.T @ x, x.T @ y)
    seconds = time.perf_counter() - begin
    print(f"[{started:%H:%M:%S}] fitted in {seconds:.4f} s")
    np.save("weights.npy", weights)
    with open("metrics.json", "w") as file:
        record = {"error": float(np.mean((x @ weights - y) ** 2)), "seconds": seconds}
        json.dump({**record, "started": started.isoformat(), "finished_at": time.time()}, file)


if __name__ == "__main__":
    main()
