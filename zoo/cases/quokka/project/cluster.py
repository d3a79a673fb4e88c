"""Centres of points on a line."""

import csv
import json
import tomllib


def centres(points, count, rounds):
    found = [points[(len(points) * k) // count] for k in range(count)]
    for _ in range(rounds):
        groups = [[] for _ in found]
        for point in points:
            groups[min(range(count), key=lambda k: abs(found[k] - point))].append(point)
        found = [sum(group) / len(group) if group else old for group, old in zip(groups, found)]
    return found


def main():
    with open("clusters.json") as file:
        settings = json.load(file)
    with open("paths.toml", "rb") as file:
        report = tomllib.load(file)["report"]
    points = sorted((k * k * 7919) % 1000 / 10 for k in range(70))
    found = centres(points, settings["count"], settings["rounds"])
    print(report["title"])
    with open(report["file"], "w", newline="") as file:
        csv.writer(file).writerows([[round(value, 6)] for value in found])


if __name__ == "__main__":
    main()
