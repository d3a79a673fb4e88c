"""An index of words over a folder of texts."""

import json
import os
from pathlib import Path


def words(path):
    return set(path.read_text(encoding="utf-8").lower().split())


def main():
    folder = Path("texts")
    index = {}
    for name in sorted(os.listdir(folder)):
        for word in words(folder / name):
            index.setdefault(word, []).append(name)
    common = {word for path in folder.iterdir() for word in words(path)} - {"the"}
    with open("index.json", "w") as file:
        json.dump(index, file, sort_keys=True, indent=1)
    print(len(common), "words,", len(list(folder.glob("*.txt"))), "files")


if __name__ == "__main__":
    main()
