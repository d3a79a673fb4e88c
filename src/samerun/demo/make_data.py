"""Write the data of the demo into the current folder: digits.csv from scikit-learn, or points.csv without it."""

import csv
import random
import sys


def digits() -> None:
    """Write scikit-learn's digits, which come with it: 1,797 pictures of 8 by 8."""
    # Late: without scikit-learn the other one is called.
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    with open("digits.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(f"pixel{place}" for place in range(images.shape[1])), "digit"])
        writer.writerows([*map(int, image), int(label)] for image, label in zip(images, labels, strict=True))


def points() -> None:
    """Write two clouds of points that overlap a little."""
    draw = random.Random(7)
    with open("points.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "y", "label"])
        for number in range(600):
            label = number % 2
            middle = 1.0 if label else -1.0
            writer.writerow([round(draw.gauss(middle, 1.2), 4), round(draw.gauss(middle, 1.2), 4), label])


if __name__ == "__main__":
    digits() if sys.argv[1] == "digits" else points()
