"""Features of customers."""

import csv
from datetime import date

CUSTOMERS = [("ada", "1990-12-10"), ("bob", "1971-03-02"), ("cyd", "2001-07-19"), ("dee", "1985-01-30")]


def age(born, today):
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def main():
    today = date.today()
    with open("features.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "age", "group"])
        for name, born in CUSTOMERS:
            years = age(date.fromisoformat(born), today)
            writer.writerow([name, years, years // 10])


if __name__ == "__main__":
    main()
