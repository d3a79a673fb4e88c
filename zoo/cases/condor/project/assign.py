"""Assign users to the arms of an experiment and compare what they spent."""

import csv
import hashlib
import random
import secrets

ARMS = ("control", "new page", "new price")


def users(count=90):
    rng = random.Random(12)
    return [(f"u{number:03}", round(rng.lognormvariate(2, 0.6), 2)) for number in range(count)]


def arm(user, salt):
    digest = hashlib.sha256(f"{salt}/{user}".encode()).digest()
    return ARMS[digest[0] % len(ARMS)]


def main():
    salt = secrets.token_hex(8)
    spent = {name: [] for name in ARMS}
    for user, amount in users():
        spent[arm(user, salt)].append(amount)
    with open("arms.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["arm", "users", "mean"])
        for name, amounts in spent.items():
            writer.writerow([name, len(amounts), round(sum(amounts) / max(1, len(amounts)), 4)])


if __name__ == "__main__":
    main()
