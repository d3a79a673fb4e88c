"""A mean over blocks of rows, of a size that suits the processor."""

import json
import re


def cache_size():
    with open("/proc/cpuinfo") as file:
        found = re.search(r"^cache size\s*: (\d+) KB", file.read(), re.MULTILINE)
    return int(found[1]) if found else 512


def main():
    rows = [((k * 7919) % 1009) / 97 for k in range(600)]
    size = max(5, cache_size() // 8)  # rows that fit
    mean = 0.0
    for start in range(0, len(rows), size):
        block = rows[start : start + size]
        mean = 0.5 * mean + 0.5 * sum(block) / len(block)
    with open("mean.json", "w") as file:
        json.dump({"mean": mean}, file)


if __name__ == "__main__":
    main()
