"""Error of a line, cross-validated."""

import argparse
import csv
import json
import os
import tomllib

from lib.model import mean, slope
from lib.text import line


def read(path):
    with open(path) as file:
        return [(float(row["x"]), float(row["y"])) for row in csv.DictReader(file)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--tag", default="")
    args = parser.parse_args()
    with open("main.toml", "rb") as file:
        settings = tomllib.load(file)
    if settings["banner"]:
        print(open("data/about.txt").read(), settings["contact"], os.environ.get("OWNER", ""))
    rows = read("data/rows.csv")
    errors = []
    for fold in range(args.folds):
        kept = [row for number, row in enumerate(rows) if number % args.folds != fold]
        x, y = zip(*kept)
        by = slope(x, y)
        held = [row for number, row in enumerate(rows) if number % args.folds == fold]
        errors.append(mean([abs(mean(y) + by * (a - mean(x)) - b) for a, b in held]))
    print(line("mean error", round(mean(errors), 3)), args.tag)
    with open("errors.json", "w") as file:
        json.dump({"errors": errors}, file)


if __name__ == "__main__":
    main()
