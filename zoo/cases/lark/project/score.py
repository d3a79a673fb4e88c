"""Score answers and report the mean."""

import json
import os
import urllib.error
import urllib.request

ANSWERS = ["yes", "no", "yes", "maybe", "yes", "no", "no"]


def report(mean):
    address = os.environ.get("ZOO_SERVICE", "http://127.0.0.1:9")
    body = json.dumps({"mean": mean}).encode()
    try:
        urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=2).close()
    except OSError:
        pass


def main():
    worth = {"yes": 1.0, "maybe": 0.5, "no": 0.0}
    mean = sum(worth[answer] for answer in ANSWERS) / len(ANSWERS)
    with open("score.txt", "w") as file:
        file.write(f"{mean:.6f}\n")
    report(mean)


if __name__ == "__main__":
    main()
