"""Gradient boosting with LightGBM: parquet in, model as text out."""
import time

import lightgbm as lgb
import numpy as np
import pandas as pd
import yaml
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import train_test_split

with open("params.yaml") as f:
    params = yaml.safe_load(f)

df = pd.read_parquet("cells.parquet")
rng = np.random.default_rng()  # a fresh split every time
order = rng.permutation(len(df))
df = df.iloc[order].reset_index(drop=True)
train, valid = train_test_split(df, test_size=0.25, shuffle=False)

start = time.time()
dataset = lgb.Dataset(train.drop(columns="target"), train["target"])
model = lgb.train(params["booster"], dataset, num_boost_round=params["rounds"])
probability = model.predict(valid.drop(columns="target"))

model.save_model("model.txt")
np.save("valid_probability.npy", probability)
results = {
    "auc": float(roc_auc_score(valid["target"], probability)),
    "log_loss": float(log_loss(valid["target"], probability)),
    "training_time": time.time() - start,
}
with open("results.yaml", "w") as f:
    yaml.safe_dump(results, f)
print(results)
