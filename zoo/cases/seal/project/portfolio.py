"""The return of a portfolio."""

import json
import random


def main():
    rng = random.Random(3)
    parts = [rng.random() for _ in range(30)]
    # weights of the parts
    weights = [part / sum(parts) for part in parts]
    returns = [rng.gauss(0.05, 0.2) for _ in parts]
    total = sum(weight * value for weight, value in zip(weights, returns))
    with open("portfolio.json", "w") as file:
        json.dump({"total": total, "weights": sum(weights)}, file)


if __name__ == "__main__":
    main()
