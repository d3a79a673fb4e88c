"""How often topics follow each other, in a sample of articles."""

import json

import numpy as np

ARTICLES = "sport,politics,sport,science,art,politics,travel,science,sport,art,food,travel,politics,food,sport".split(",")


def numbered(names):
    return {name: number for number, name in enumerate(set(names))}


def sampled(rows, count=9):
    picked = np.random.permutation(len(rows))[:count]
    return [rows[index] for index in sorted(picked)]


def main():
    numbers = numbered(ARTICLES)
    rows = sampled(list(zip(ARTICLES, ARTICLES[1:])))
    follows = np.zeros((len(numbers), len(numbers)), int)
    for first, second in rows:
        follows[numbers[first], numbers[second]] += 1
    np.savetxt("follows.txt", follows, fmt="%d")
    with open("counts.json", "w") as file:
        json.dump({"topics": len(numbers), "pairs": int(follows.sum())}, file)


if __name__ == "__main__":
    main()
