"""A sum of squares."""

import argparse
import os
import json

import yaml

parser = argparse.ArgumentParser()
parser.add_argument("--note", default="")
args = parser.parse_args()


def main():
    with open("main.yaml") as file:
        colour = yaml.safe_load(file)["colour"]
    with open("labels.csv") as file:
        count = len(file.readlines())
    print(colour, os.environ.get("STAGE"), args.note)
    values = [3 * k % 11 for k in range(30)]
    total = 0
    for value in values:
        total += value * value
    with open("total.json", "w") as file:
        json.dump({"total": total, "labels": count}, file)


main()
