"""Put measurements on a grid and add up each row."""

import numpy as np

SIDE = 600


def measured(count=900):
    rng = np.random.default_rng(14)
    return rng.integers(0, SIDE, size=(count, 2)), rng.normal(size=count)


def gridded(places, values, side):
    field = np.empty((side, side))
    for (row, column), value in zip(places, values):
        field[row, column] = value
    return field


def main():
    places, values = measured()
    field = gridded(places, values, SIDE)
    np.save("rows.npy", field.sum(axis=1))


if __name__ == "__main__":
    main()
