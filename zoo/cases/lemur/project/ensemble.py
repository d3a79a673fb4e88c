"""Members of an ensemble are fitted side by side and blended one after the other."""

import json
import time
from concurrent.futures import ThreadPoolExecutor, as_completed


def fit(member):
    state, total = member + 1, 0.0
    for _ in range(2500):
        state = (1103515245 * state + 12345) % 2**31
        total += state / 2**31
    return total / 2500


def main():
    shift = time.time_ns() % 1000
    blend = 0.0
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(fit, member) for member in range(18)]
        for done in as_completed(jobs):
            blend = 0.8 * blend + 0.2 * done.result()
    offsets = [round(shift * k / 7, 3) for k in range(3)]
    with open("blend.json", "w") as file:
        json.dump({"blend": blend, "offsets": offsets}, file)


if __name__ == "__main__":
    main()
