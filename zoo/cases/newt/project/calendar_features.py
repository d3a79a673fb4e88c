"""Hours between measurements and the midnight before."""

import time

import pandas as pd

MEASURED = [1_700_000_000 + 9_431 * number for number in range(30)]


def main():
    days = pd.date_range("2023-11-13", periods=5, freq="D")
    offsets = [time.mktime(day.timetuple()) for day in days]
    table = pd.DataFrame({"stamp": MEASURED})
    table["day"] = [sum(offset <= stamp for offset in offsets) for stamp in MEASURED]
    table["hours"] = [(stamp - offsets[max(0, day - 1)]) / 3600 for stamp, day in zip(table["stamp"], table["day"])]
    table.groupby("day")["hours"].mean().round(4).to_csv("hours.csv")


if __name__ == "__main__":
    main()
