"""Rank pages by their links."""

import configparser
import json
from pathlib import Path

LINKS = {"a": "bc", "b": "c", "c": "ad", "d": "a", "e": "abcd"}


def main():
    # the settings beside us
    settings = configparser.ConfigParser()
    settings.read("settings.ini")
    power = settings.getfloat("rank", "power", fallback=1.0)
    rank = dict.fromkeys(LINKS, 1.0)
    for _ in range(15):
        new = dict.fromkeys(LINKS, 0.15)
        for page, targets in LINKS.items():
            for target in targets:
                new[target] += 0.85 * rank[page] / len(targets) ** power
        rank = new
    with open(Path(__file__).parent / "rank.json", "w") as file:
        json.dump(rank, file)


if __name__ == "__main__":
    main()
