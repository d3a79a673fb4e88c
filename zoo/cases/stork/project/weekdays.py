"""Visits by day of the week."""

import os
import time

VISITS = [1_650_000_000 + 7_331 * k for k in range(80)]


def main():
    counts = [0] * 7
    for visit in VISITS:
        counts[time.localtime(visit).tm_wday] += 1
    print(os.environ.get("JOB_NAME", "by hand"))
    with open("weekdays.csv", "w") as file:
        file.writelines(f"{day},{count}\n" for day, count in enumerate(counts))


if __name__ == "__main__":
    main()
