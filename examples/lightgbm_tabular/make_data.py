"""Write the parquet file that train.py reads (scikit-learn's breast cancer table)."""
from sklearn.datasets import load_breast_cancer

table = load_breast_cancer(as_frame=True).frame
table.columns = [name.replace(" ", "_") for name in table.columns]
table.to_parquet("cells.parquet", index=False)
