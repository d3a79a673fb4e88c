"""Count primes in parts, side by side."""

import json
import multiprocessing
from concurrent.futures import ThreadPoolExecutor, as_completed


def primes(part):
    low, high = part
    return low, sum(all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(max(2, low), high))


def squares(number):
    return number, number * number


def main():
    parts = [(k, k + 250) for k in range(0, 3000, 250)]
    with multiprocessing.Pool(2) as pool:
        counts = dict(sorted(pool.imap_unordered(primes, parts)))
    total = 0
    with ThreadPoolExecutor(3) as pool:
        for done in as_completed([pool.submit(squares, number) for number in range(40)]):
            total += done.result()[1]
    with open("counts.json", "w") as file:
        json.dump({"counts": counts, "squares": total}, file)


if __name__ == "__main__":
    main()
