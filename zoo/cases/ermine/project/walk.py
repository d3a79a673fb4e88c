"""The order in which a walk comes to each city, and a score that depends on it."""

import json

from graph import Node, depth_first

CITIES = 3000


def main():
    nodes = [Node(number) for number in range(CITIES)]
    for number in range(1, CITIES):
        nodes[0].join(nodes[number])
        nodes[number].join(nodes[(number * 7) % CITIES])
    order = depth_first(nodes[0])
    score = sum(place * label for place, label in enumerate(order)) / CITIES**3
    with open("walk.json", "w") as file:
        json.dump({"first": order[:12], "score": score}, file)


if __name__ == "__main__":
    main()
