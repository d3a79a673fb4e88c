"""A made-up table of people, and what a rule says about them."""

import argparse
import csv

import more_itertools
import tabulate
import toolz
from faker import Faker


def people(count):
    fake = Faker("en_US")
    fake.seed_instance(11)
    for _ in range(count):
        yield fake.name(), fake.phone_number(), fake.job()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10)
    count = parser.parse_args().count
    rows = [(name, phone, len(job)) for name, phone, job in people(count)]
    print(tabulate.tabulate(rows[:3]))
    sums = [sum(size for _, _, size in part) for part in more_itertools.chunked(rows, 10)]
    by_letter = toolz.countby(lambda row: row[0][0], rows)
    digits = toolz.countby(lambda row: row[1].replace("(", "")[:3], rows)
    with open("people.csv", "w", newline="") as file:
        csv.writer(file).writerows([*sorted(by_letter.items()), *sorted(digits.items()), *enumerate(sums)])


if __name__ == "__main__":
    main()
