from pathlib import Path

import pandas as pd


def table(folder):
    parts = [pd.read_csv(path) for path in Path(folder).rglob("*.csv")]
    return pd.concat(parts, ignore_index=True)
