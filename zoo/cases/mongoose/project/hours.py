"""Rides by hour of the day."""

import json
from collections import Counter
from datetime import datetime

RIDES = [1_600_000_000 + 4177 * number * (1 + number % 4) for number in range(60)]


def by_hour(stamps):
    counts = Counter()
    for stamp in stamps:
        hour = datetime.fromtimestamp(stamp).hour
        counts["night" if hour < 6 else "day" if hour < 18 else "evening"] += 1
    return counts


def main():
    counts = by_hour(RIDES)
    total = sum(counts.values())
    with open("rides.json", "w") as file:
        json.dump({name: round(count / total, 4) for name, count in sorted(counts.items())}, file)


if __name__ == "__main__":
    main()
