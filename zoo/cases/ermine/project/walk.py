"""The order in which a walk comes to each city, and a score that depends on it."""

import json

from graph import Node, depth_first

ROADS = "ab ac ad ae bf bg cg ch di dj ek el fm gm hn in jo ko lp mp".split()


def main():
    nodes = {}
    for road in ROADS:
        first, second = (nodes.setdefault(letter, Node(letter)) for letter in road)
        first.join(second)
    order = depth_first(nodes["a"])
    score = sum(place * ord(label) for place, label in enumerate(order))
    with open("walk.json", "w") as file:
        json.dump({"order": order, "score": score}, file)


if __name__ == "__main__":
    main()
