"""A threshold by the release of the system, as measured there."""

import json
import platform
import zlib


def main():
    release = platform.release()
    # a number for each host
    number = zlib.crc32(release.encode()) % 1000
    values = [(k * 389) % 1000 for k in range(50)]
    with open("above.json", "w") as file:
        json.dump({"above": sum(value > number for value in values), "threshold": number}, file)


if __name__ == "__main__":
    main()
