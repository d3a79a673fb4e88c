"""A graph of cities."""


class Node:
    def __init__(self, label):
        self.label = label
        self.neighbours = set()

    def join(self, other):
        self.neighbours.add(other)
        other.neighbours.add(self)


def depth_first(start):
    visited, waiting, seen = [], [start], {start}
    while waiting:
        node = waiting.pop()
        visited.append(node.label)
        for neighbour in node.neighbours:
            if neighbour not in seen:
                seen.add(neighbour)
                waiting.append(neighbour)
    return visited
