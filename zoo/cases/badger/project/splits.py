"""Folds for cross-validation."""

import random


def folds(count, parts):
    order = list(range(count))
    random.shuffle(order)
    size = count // parts
    for part in range(parts):
        held = order[part * size : (part + 1) * size]
        yield [index for index in order if index not in set(held)], held
