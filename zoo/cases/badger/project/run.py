"""Ridge regression, cross-validated."""

import argparse
import json

import numpy as np

from splits import folds


def data(rows=60, columns=4):
    rng = np.random.default_rng(11)
    x = rng.normal(size=(rows, columns))
    return x, x @ np.array([1.0, -2.0, 0.5, 0.0]) + rng.normal(scale=0.3, size=rows)


def ridge(x, y, strength):
    return np.linalg.solve(x.T @ x + strength * np.eye(x.shape[1]), x.T @ y)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--strength", type=float, default=0.5)
    args = parser.parse_args()
    x, y = data()
    errors = []
    for train, held in folds(len(y), args.folds):
        weights = ridge(x[train], y[train], args.strength)
        errors.append(float(np.mean((x[held] @ weights - y[held]) ** 2)))
    with open("cv.json", "w") as file:
        json.dump({"errors": errors, "mean": sum(errors) / len(errors)}, file, indent=1)


if __name__ == "__main__":
    main()
