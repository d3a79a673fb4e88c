"""Write and read back one file with each library that opens files in C rather than in Python."""
import sqlite3
from pathlib import Path

import h5py
import joblib
import lightgbm as lgb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import torch
import xgboost as xgb
from PIL import Image
from safetensors.numpy import load_file, save_file

IN, OUT = Path("inputs"), Path("files")


def main():
    OUT.mkdir(exist_ok=True)
    rng = np.random.default_rng(3)
    # Read what make_data.py wrote.
    table = pd.read_parquet(IN / "table.parquet")
    weights = load_file(IN / "weights.safetensors")
    with h5py.File(IN / "series.h5", "r") as file:
        series = file["series"][:]
    state = torch.load(IN / "state.pt", weights_only=True)
    with sqlite3.connect(f"file:{IN / 'notes.sqlite'}?mode=ro", uri=True) as connection:
        notes = connection.execute("SELECT * FROM note").fetchall()
    picture = np.asarray(Image.open(IN / "picture.png"))
    mapped = np.load(IN / "mapped.npy", mmap_mode="r")
    labels = (table["a"] > 0).to_numpy().astype(int)

    # Write with each of them.
    table.assign(c=table["a"] + table["b"]).to_parquet(OUT / "table.parquet")
    pa.feather.write_feather(pa.Table.from_pandas(table), str(OUT / "table.feather"))
    pa.csv.write_csv(pa.Table.from_pandas(table), str(OUT / "table.csv"))
    save_file({"w": weights["w"] * 2}, str(OUT / "weights.safetensors"))
    with h5py.File(OUT / "series.h5", "w") as file:
        file["series"] = series + 1.0
    torch.save({"x": state["x"] + 1}, OUT / "state.pt")
    with sqlite3.connect(OUT / "notes.sqlite") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (number INTEGER, text TEXT)")
        connection.executemany("INSERT INTO note VALUES (?, ?)", [(n + 1, t.upper()) for n, t in notes])
    connection.close()
    Image.fromarray(255 - picture).save(OUT / "picture.png")
    np.save(OUT / "mapped.npy", np.asarray(mapped) * 3)
    np.memmap(OUT / "raw.bin", dtype="float32", mode="w+", shape=(4,))[:] = 1.5
    joblib.dump({"labels": labels}, OUT / "labels.joblib")

    booster = xgb.train({"max_depth": 2, "nthread": 1}, xgb.DMatrix(table, labels), 5)
    booster.save_model(OUT / "xgboost.ubj")
    xgb.Booster(model_file=str(OUT / "xgboost.ubj"))
    forest = lgb.train({"verbosity": -1, "num_threads": 1, "min_data_in_leaf": 2}, lgb.Dataset(table, labels), 5)
    forest.save_model(OUT / "lightgbm.txt")
    lgb.Booster(model_file=str(OUT / "lightgbm.txt"))
    print("wrote", len(list(OUT.iterdir())), "files, noise", rng.normal())


if __name__ == "__main__":
    main()
