"""Write the files that train.py reads."""
import sqlite3
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import torch
from PIL import Image
from safetensors.numpy import save_file

folder = Path("inputs")
folder.mkdir(exist_ok=True)
rng = np.random.default_rng(1)
pd.DataFrame(rng.normal(size=(40, 2)), columns=["a", "b"]).to_parquet(folder / "table.parquet")
save_file({"w": rng.normal(size=(3, 3))}, str(folder / "weights.safetensors"))
with h5py.File(folder / "series.h5", "w") as file:
    file["series"] = rng.normal(size=20)
torch.save({"x": torch.arange(5.0)}, folder / "state.pt")
with sqlite3.connect(folder / "notes.sqlite") as connection:
    connection.execute("CREATE TABLE note (number INTEGER, text TEXT)")
    connection.executemany("INSERT INTO note VALUES (?, ?)", [(1, "one"), (2, "two")])
connection.close()
Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).save(folder / "picture.png")
np.save(folder / "mapped.npy", rng.normal(size=10))
