"""Evaluate a rule; every evaluation has a file of its own."""

import json
import logging
from datetime import datetime
from pathlib import Path


def rule(value):
    return value > 0.35


def main():
    stamp = datetime.now().strftime("%Y%m%d_%H%M%S")
    folder = Path("runs")
    folder.mkdir(exist_ok=True)
    log = folder / f"evaluate_{stamp}.log"
    logging.basicConfig(filename=log, filemode="w", level=logging.INFO, format="%(asctime)s %(message)s")
    rows = [((k * 29) % 100 / 100, k % 3 == 0) for k in range(100)]
    logging.info("%d rows", len(rows))
    right = sum(rule(value) == label for value, label in rows)
    logging.info("%d right", right)
    with open(folder / f"scores_{stamp}.json", "w") as file:
        json.dump({"accuracy": right / len(rows), "rows": len(rows)}, file)


if __name__ == "__main__":
    main()
