"""A sample of a mixture."""

import json

import numpy as np


def main():
    part = np.random.rand(40) < 0.3
    values = np.where(part, np.random.normal(2, 1, 40), np.random.normal(-1, 0.5, 40))
    with open("sample.json", "w") as file:
        json.dump({"mean": values.mean(), "part": int(part.sum())}, file)
    print("done")


if __name__ == "__main__":
    main()
