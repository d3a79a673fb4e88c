"""Evolve a line through points with nothing but the standard library: random, multiprocessing, json and sqlite."""
import json
import multiprocessing
import random
import sqlite3
import sys
import time


def points(count=200):
    source = random.Random(5)
    return [(x, 2.5 * x - 1.0 + source.gauss(0, 0.3)) for x in (source.uniform(-2, 2) for _ in range(count))]


POINTS = points()


def error(candidate):
    slope, offset = candidate
    return sum((slope * x + offset - y) ** 2 for x, y in POINTS) / len(POINTS)


def main():
    generations = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    population = [(random.uniform(-5, 5), random.uniform(-5, 5)) for _ in range(64)]
    connection = sqlite3.connect("evolution.sqlite")
    connection.execute("DROP TABLE IF EXISTS generation")
    connection.execute("CREATE TABLE generation (number INTEGER PRIMARY KEY, best REAL, slope REAL, offset REAL)")
    start = time.time()
    with multiprocessing.Pool(2) as pool:
        for number in range(generations):
            ranked = sorted(zip(pool.map(error, population, chunksize=16), population))
            best, (slope, offset) = ranked[0]
            connection.execute("INSERT INTO generation VALUES (?, ?, ?, ?)", (number, best, slope, offset))
            parents = [candidate for _, candidate in ranked[:16]]
            population = parents + [
                tuple(gene + random.gauss(0, 0.2) for gene in random.choice(parents)) for _ in range(48)
            ]
    connection.commit()
    connection.close()
    result = {"slope": slope, "offset": offset, "error": best, "generations": generations}
    with open("result.json", "w") as f:
        json.dump({**result, "duration": time.time() - start}, f, indent=1, sort_keys=True)
    print("slope %.4f offset %.4f error %.5f" % (slope, offset, best))


if __name__ == "__main__":
    main()
