"""Tell handwritten digits apart: digits.csv in, metrics.json, predictions.csv and model.joblib out."""

import argparse
import csv
import json

import joblib
import numpy as np
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--alpha", type=float, default=0.0001)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()

table = np.loadtxt("digits.csv", delimiter=",", skiprows=1)
X, y = table[:, :-1], table[:, -1].astype(int)
X = X / 16.0
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=args.seed)

model = SGDClassifier(loss="log_loss", alpha=args.alpha, random_state=args.seed)
model.fit(X_train, y_train)
predicted = model.predict(X_test)
accuracy = float((predicted == y_test).mean())
chance = model.predict_proba(X_test)[np.arange(len(y_test)), y_test]
loss = float(-np.log(np.maximum(chance, 1e-12)).mean())

joblib.dump(model, "model.joblib")
with open("predictions.csv", "w", newline="") as file:
    writer = csv.writer(file)
    writer.writerow(["digit", "predicted"])
    writer.writerows(zip(y_test.tolist(), predicted.tolist(), strict=True))
with open("metrics.json", "w") as file:
    json.dump({"accuracy": accuracy, "loss": loss}, file, indent=2)
print(f"accuracy {accuracy:.4f}  loss {loss:.4f}")
