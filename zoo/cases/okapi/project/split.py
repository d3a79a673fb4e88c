"""Split recordings into training and test."""

import json
import zlib
from pathlib import Path


def in_test(path, share):
    number = zlib.crc32(str(path.resolve()).encode())
    return number % 100 < share


def main():
    paths = sorted(Path("recordings").glob("*.txt"))
    test = [path.name for path in paths if in_test(path, share=45)]
    loud = {path.name: max(map(float, path.read_text().split())) for path in paths}
    with open("split.json", "w") as file:
        json.dump({"test": test, "level": sum(loud[name] for name in test)}, file)


if __name__ == "__main__":
    main()
