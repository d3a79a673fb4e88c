"""Export a table, packed."""

import gzip
import json
import zipfile


def table(rows=120):
    for number in range(rows):
        yield number, (number * 37) % 101 / 10, number % 5


def main():
    lines = ["id,value,group"] + [f"{a},{b},{c}" for a, b, c in table()]
    with gzip.open("table.csv.gz", "wt") as file:
        file.write("\n".join(lines))
    with open("summary.json", "w") as file:
        json.dump({"rows": len(lines) - 1, "sum": sum(b for _, b, _ in table())}, file)
    with zipfile.ZipFile("bundle.zip", "w") as bundle:
        bundle.write("summary.json")
        bundle.writestr("table.csv", "\n".join(lines))


if __name__ == "__main__":
    main()
