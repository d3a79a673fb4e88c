"""Clip heights and sum them up."""

import argparse
import json
import os


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float)
    args = parser.parse_args()
    limit = min(args.limit, float(os.environ["VALUE_LIMIT"]))
    heights = [(k * 17) % 13 / 1.3 for k in range(40)]
    with open("units.txt") as file:
        unit = file.read().strip()
    print("clipped at", limit)
    print("in", unit)
    with open("heights.json", "w") as file:
        json.dump({"sum": sum(min(limit, height) for height in heights)}, file)


if __name__ == "__main__":
    main()
