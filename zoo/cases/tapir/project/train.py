"""Go down a slope."""

import json
import os


def slope(at):
    return 2 * at - 3 + 0.4 * at**3


def main():
    with open("config.json") as file:
        config = json.load(file)
    at = 4.0
    for step in range(config["steps"]):
        rate = config["rate"]
        at -= rate * slope(at)
        at = max(-5.0, min(5.0, at))
    print(config["title"], round(at, 4))
    with open("end.json", "w") as file:
        json.dump({"at": at, "on": bool(os.environ.get("HOME"))}, file)
    os.environ.get("NODE")


if __name__ == "__main__":
    main()
