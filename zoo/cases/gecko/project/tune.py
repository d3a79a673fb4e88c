"""Choose settings on a grid; the first of equally good ones is kept."""

import csv
import multiprocessing
import random


def settings():
    return [(depth, rate) for depth in (2, 3, 4, 5) for rate in (0.05, 0.1, 0.2, 0.4)]


def evaluate(setting):
    depth, rate = setting
    rng = random.Random(depth)
    total = sum(rng.random() for _ in range(6000))
    return setting, round(abs(depth - 3.5) / 10 + total * 0, 3)


def main():
    rows = []
    with multiprocessing.Pool(3) as pool:
        for setting, error in pool.imap_unordered(evaluate, settings()):
            rows.append((*setting, error))
    best = min(rows, key=lambda row: row[2])
    with open("tuned.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["depth", "rate", "error"])
        writer.writerow(best)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
