"""Means of sensors, corrected."""

import csv
import os

READINGS = {"a": [1.0, 1.2, 0.9], "b": [2.0, 2.4, 2.3], "c": [0.4, 0.5, 0.3]}


def corrections(path="corrections.csv"):
    # by sensor
    if not os.path.exists(path):
        return {}
    with open(path) as file:
        return {name: float(value) for name, value in csv.reader(file)}


def main():
    by = corrections()
    with open("means.csv", "w", newline="") as file:
        writer = csv.writer(file)
        for name, values in READINGS.items():
            writer.writerow([name, round(sum(values) / len(values) + by.get(name, 0.0), 5)])


if __name__ == "__main__":
    main()
