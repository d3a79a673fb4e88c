"""Error of a mean by class on the part that was held back."""

import json


class Record:
    def __init__(self, number, label, value):
        self.number, self.label, self.value = number, label, value


def records(count=93):
    return [Record(n, "xyz"[n % 3], ((n * 37) % 93) / 10 + n % 3) for n in range(count)]


def deal(records, count):
    parts = [[] for _ in range(count)]
    for record in records:
        parts[hash(record) % count].append(record)
    return [part for part in parts if part]


def means(records):
    sums = {}
    for record in sorted(records, key=lambda each: each.number):
        total, seen = sums.get(record.label, (0.0, 0))
        sums[record.label] = total + record.value, seen + 1
    return {label: total / seen for label, (total, seen) in sums.items()}


def main():
    held, *rest = deal(records(), 31)
    fitted = means([record for part in rest for record in part])
    error = sum(abs(record.value - fitted[record.label]) for record in held) / len(held)
    with open("errors.json", "w") as file:
        json.dump({"held": len(held), "error": error, "means": fitted}, file)


if __name__ == "__main__":
    main()
