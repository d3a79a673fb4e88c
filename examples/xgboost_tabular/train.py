"""Gradient boosting on a table: parquet in, model as json out."""
import argparse
import json

import pandas as pd
import xgboost as xgb
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split

parser = argparse.ArgumentParser()
parser.add_argument("--data", default="cells.parquet")
parser.add_argument("--rounds", type=int, default=60)
parser.add_argument("--eta", type=float, default=0.1)
args = parser.parse_args()

df = pd.read_parquet(args.data)
train, test = train_test_split(df, test_size=0.25, random_state=1)
dtrain = xgb.DMatrix(train.drop(columns="target"), train["target"])
dtest = xgb.DMatrix(test.drop(columns="target"), test["target"])

history = {}
params = {"objective": "binary:logistic", "eta": args.eta, "max_depth": 4, "subsample": 0.8, "eval_metric": "logloss", "nthread": 2}
booster = xgb.train(params, dtrain, args.rounds, evals=[(dtrain, "train"), (dtest, "test")], evals_result=history, verbose_eval=20)
prediction = booster.predict(dtest)
auc = roc_auc_score(test["target"], prediction)

booster.save_model("model.json")
booster.save_model("model.ubj")
with open("metrics.json", "w") as f:
    json.dump({"auc": auc, "logloss": history["test"]["logloss"]}, f)
pd.DataFrame({"row": test.index, "probability": prediction}).to_parquet("predictions.parquet", index=False)
print(f"auc {auc:.5f}")
