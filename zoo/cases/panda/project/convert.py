"""Turn amounts in several currencies into euros."""

import csv
import json
import os
import urllib.request


def rates(address):
    try:
        with urllib.request.urlopen(address + "/rates.json", timeout=3) as answer:
            return json.load(answer)
    except OSError:
        with open("rates.json") as file:
            return json.load(file)


def main():
    table = rates(os.environ.get("ZOO_SERVICE", "http://127.0.0.1:9"))
    with open("amounts.csv") as file:
        total = sum(float(row["amount"]) / table[row["currency"]] for row in csv.DictReader(file))
    with open("total.json", "w") as file:
        json.dump({"euros": round(total, 4)}, file)


if __name__ == "__main__":
    main()
