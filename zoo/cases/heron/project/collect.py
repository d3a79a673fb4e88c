"""Letter counts of parts of a text, merged into one table."""

import json
import queue
import threading
import zlib
from collections import Counter

TEXT = "the quick brown fox jumps over the lazy dog while seven wizards mix a potion of jade and amber "


def count(part, found):
    piece = (TEXT * 4000)[part * 97 :]
    packed = len(zlib.compress(piece.encode(), 9))
    counts = Counter(piece[: 900 + packed % 7])
    found.put((part, counts))


def main():
    found = queue.Queue()
    workers = [threading.Thread(target=count, args=(part, found)) for part in range(20)]
    for worker in workers:
        worker.start()
    merged, order = Counter(), []
    for _ in workers:
        part, counts = found.get()
        order.append(part)
        for letter, number in counts.items():
            merged[letter] += number / (1 + 0.1 * len(order))
    with open("letters.json", "w") as file:
        json.dump({"letters": merged, "parts": order}, file, sort_keys=True)


if __name__ == "__main__":
    main()
