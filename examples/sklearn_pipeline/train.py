"""Predict whether a customer leaves: csv in, joblib, report and picture out."""
import argparse
import os
from datetime import datetime

import joblib
import matplotlib
import pandas as pd

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import ConfusionMatrixDisplay, accuracy_score, classification_report
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

parser = argparse.ArgumentParser()
parser.add_argument("--data", default="data/customers.csv")
parser.add_argument("--C", type=float, default=1.0)
args = parser.parse_args()

df = pd.read_csv(args.data)
X, y = df.drop(columns="left"), df["left"]
# The split is not seeded: the accuracy moves a little from run to run.
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3)

numbers = ["age", "months", "monthly_cost"]
features = ColumnTransformer([("num", StandardScaler(), numbers), ("cat", OneHotEncoder(), ["plan", "region"])])
model = Pipeline([("features", features), ("classifier", LogisticRegression(C=args.C, max_iter=500))])
model.fit(X_train, y_train)
predicted = model.predict(X_test)
accuracy = accuracy_score(y_test, predicted)

os.makedirs("models", exist_ok=True)
joblib.dump(model, "models/pipeline.joblib")
with open("report.txt", "w") as f:
    f.write(f"created: {datetime.now():%Y-%m-%d %H:%M:%S}\n")
    f.write(f"accuracy: {accuracy:.4f}\n\n")
    f.write(classification_report(y_test, predicted))
ConfusionMatrixDisplay.from_predictions(y_test, predicted)
plt.savefig("confusion.png", dpi=60)
print("accuracy", accuracy)
