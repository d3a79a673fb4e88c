"""Tell two clouds of points apart without any package: points.csv in, metrics.json and predictions.csv out."""

import argparse
import csv
import json
import math
import random

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
random.seed(args.seed)

with open("points.csv", newline="") as file:
    points = [(float(row["x"]), float(row["y"]), int(row["label"])) for row in csv.DictReader(file)]
scale = 4.0
points = [(x / scale, y / scale, label) for x, y, label in points]
train, test = points[:400], points[400:]


def chance(x: float, y: float) -> float:
    """Return how likely a point belongs to the second cloud."""
    return 1 / (1 + math.exp(-(weights[0] * x + weights[1] * y + weights[2])))


weights = [0.0, 0.0, 0.0]
for _ in range(args.epochs):
    random.shuffle(train)
    for x, y, label in train:
        error = label - chance(x, y)
        weights = [w + args.lr * error * part for w, part in zip(weights, (x, y, 1.0), strict=True)]

predicted = [chance(x, y) for x, y, _ in test]
accuracy = sum((p > 0.5) == bool(label) for p, (_, _, label) in zip(predicted, test, strict=True)) / len(test)
loss = -sum(math.log(p if label else 1 - p) for p, (_, _, label) in zip(predicted, test, strict=True)) / len(test)

with open("predictions.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["label", "chance"])
    writer.writerows([label, p] for p, (_, _, label) in zip(predicted, test, strict=True))
with open("metrics.json", "w") as file:
    json.dump({"accuracy": accuracy, "loss": loss}, file, indent=2)
print(f"accuracy {accuracy:.4f}  loss {loss:.4f}")
