"""Small programs, each using the readers and writers of one library, in a folder that holds ``data`` and ``out``.

``OUTSIDE`` in the environment is a folder of data beside the tree.
"""

from __future__ import annotations

ORDINARY = """
import csv, gzip, io, json, mmap, os, pathlib, pickle, shutil, subprocess, tempfile, zipfile
outside = os.environ["OUTSIDE"]
text = open("data/a.txt").read()
pathlib.Path("data/b.txt").read_bytes()
open(os.path.join(outside, "c.csv")).read()
with open("out/a.json", "w") as f:
    json.dump({"a": 1}, f)
with open("out/appended.log", "a") as f:
    f.write("x")
with open("data/updated.bin", "r+b") as f:
    f.seek(1); f.write(b"y")
with gzip.open("out/a.gz", "wb") as f:
    f.write(b"z")
with zipfile.ZipFile("out/a.zip", "w") as z:
    z.write("data/a.txt")
with zipfile.ZipFile("out/a.zip") as z:
    z.read("data/a.txt")
with open("data/b.txt", "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as m:
    m[:1]
descriptor = os.open("out/low", os.O_WRONLY | os.O_CREAT)
os.write(descriptor, b"1"); os.close(descriptor)
io.FileIO("data/low.bin").read()
open(b"data/bytes.txt").read()
shutil.copy("data/a.txt", "out/copied.txt")
shutil.move("out/copied.txt", "out/moved.txt")
with open("out/best.tmp", "w") as f:
    f.write("new")
os.replace("out/best.tmp", "out/best.txt")
os.symlink("../data/b.txt", "out/link")
open("out/link").read()
for missing in ("nowhere.txt", "data"):
    try:
        open(missing)
    except OSError:
        pass
try:
    open("data/a.txt", "x")
except FileExistsError:
    pass
with tempfile.TemporaryDirectory(dir="out") as folder:
    open(os.path.join(folder, "t"), "w").close()
os.makedirs("out/deep/er", exist_ok=True)
os.chdir("out/deep")
open("er/../here.txt", "w").close()
os.chdir("../..")
with open("out/pickled", "wb") as f:
    pickle.dump(text, f)
import helper
helper.use()
"""

PROCESSES = """
import multiprocessing, os, subprocess, sys

def work(name):
    with open("data/%s.txt" % name) as f, open("out/%s.out" % name, "w") as g:
        g.write(f.read())

if __name__ == "__main__":
    child = os.fork()
    if child == 0:
        work("forked")
        os._exit(0)
    os.waitpid(child, 0)
    for method, name in (("fork", "pool"), ("spawn", "spawned")):
        process = multiprocessing.get_context(method).Process(target=work, args=(name,))
        process.start(); process.join()
        assert process.exitcode == 0
    code = "open('out/sub', 'w').write(open('data/sub.txt').read())"
    subprocess.run([sys.executable, "-c", code], check=True)
    subprocess.run(["cp", "data/native.txt", "out/native.txt"], check=True)
    subprocess.run("cat data/shell.txt > out/shell.txt", shell=True, check=True)
    subprocess.run([sys.executable, "-I", "-c", "open('out/isolated', 'w').write(open('data/isolated.txt').read())"])
"""

NUMPY = """
import numpy as np
a = np.arange(6.0)
a.tofile("out/a.bin"); np.fromfile("out/a.bin"); np.fromfile("data/raw.bin")
np.save("out/a.npy", a); np.load("out/a.npy", mmap_mode="r")
np.savez("out/a.npz", a=a); np.load("out/a.npz")["a"]
np.savetxt("out/a.txt", a); np.loadtxt("out/a.txt"); np.genfromtxt("data/numbers.txt")
np.memmap("out/map", mode="w+", shape=(3,)); np.lib.format.open_memmap("out/m.npy", mode="w+", shape=(3,))
"""

PYARROW = """
import os
import pyarrow as pa, pyarrow.csv as pc, pyarrow.dataset as ds, pyarrow.feather as pf, pyarrow.fs as fs
import pyarrow.ipc as ipc, pyarrow.json as pj, pyarrow.orc as po, pyarrow.parquet as pq
t = pa.table({"a": [1, 2]})
pq.write_table(t, "out/a.parquet"); pq.read_table("out/a.parquet"); pq.ParquetFile("out/a.parquet").read()
pq.write_table(t, os.path.join(os.environ["OUTSIDE"], "written.parquet"))
pq.read_table(os.path.join(os.environ["OUTSIDE"], "written.parquet"))
pq.read_metadata("out/a.parquet"); pq.read_schema("out/a.parquet")
pq.write_to_dataset(t, "out/parts"); pq.read_table("out/parts")
ds.write_dataset(t, "out/set", format="parquet", partitioning=["a"]); ds.dataset("out/set").to_table()
pf.write_feather(t, "out/a.feather"); pf.read_table("out/a.feather"); pf.read_feather("out/a.feather")
pc.write_csv(t, "out/a.csv"); pc.read_csv("out/a.csv"); pc.open_csv("out/a.csv")
with pc.CSVWriter("out/b.csv", t.schema) as w:
    w.write(t)
pj.read_json("data/lines.json")
po.write_table(t, "out/a.orc"); po.read_table("out/a.orc")
with ipc.new_file("out/a.arrow", t.schema) as w:
    w.write(t)
ipc.open_file("out/a.arrow").read_all()
with ipc.new_stream("out/b.arrow", t.schema) as w:
    w.write(t)
ipc.open_stream("out/b.arrow").read_all()
with pa.OSFile("out/os", "w") as f:
    f.write(b"x")
assert isinstance(f, pa.OSFile) and isinstance(f, pa.NativeFile)
pa.OSFile("data/raw.bin").read(); pa.memory_map("data/raw.bin").read()
pa.input_stream("data/numbers.txt").read()
with pa.output_stream("out/stream") as f:
    f.write(b"x")
fs.copy_files("data/numbers.txt", "out/copy.txt")
with fs.LocalFileSystem().open_output_stream("out/only-the-watch-sees-it") as f:
    f.write(b"x")
"""

PANDAS = """
import pandas as pd
d = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
d.to_parquet("out/a.parquet"); pd.read_parquet("out/a.parquet")
d.to_parquet("out/parts", partition_cols=["b"]); pd.read_parquet("out/parts")
d.to_feather("out/a.feather"); pd.read_feather("out/a.feather")
d.to_csv("out/a.csv"); pd.read_csv("out/a.csv"); pd.read_csv("out/a.csv", engine="pyarrow")
d.to_pickle("out/a.pkl"); pd.read_pickle("out/a.pkl"); pd.read_json("data/lines.json", lines=True)
"""

POLARS = """
import polars as pl
d = pl.DataFrame({"a": [1, 2]})
for kind in ("csv", "parquet", "ipc", "json", "ndjson", "avro", "ipc_stream"):
    getattr(d, "write_" + kind)("out/a." + kind)
    getattr(pl, "read_" + kind)("out/a." + kind)
for kind in ("csv", "parquet", "ipc", "ndjson"):
    getattr(d.lazy(), "sink_" + kind)("out/lazy." + kind)
    getattr(pl, "scan_" + kind)("out/lazy." + kind).collect()
pl.scan_parquet("out/*.parquet").collect()
d.write_parquet("out/parts", partition_by="a")
pl.read_parquet("out/parts")
pl.read_csv("data/table.csv"); pl.read_csv(b"a,b\\n1,2\\n")
"""

SAFETENSORS = """
import numpy as np, safetensors, safetensors.numpy as sn
sn.save_file({"a": np.ones(2)}, "out/a.safetensors"); sn.load_file("out/a.safetensors")
with safetensors.safe_open("out/a.safetensors", "np") as f:
    f.get_tensor("a")
assert isinstance(f, safetensors.safe_open)
"""

H5PY = """
import h5py, io
with h5py.File("out/a.h5", "w") as f:
    f["a"] = [1, 2]
with h5py.File("out/a.h5") as f:
    f["a"][:]
with h5py.File("out/a.h5", "a") as f:
    f["b"] = 1
with h5py.File(io.BytesIO(), "w") as f:
    f["a"] = 1
with h5py.File("in-memory-only", "w", driver="core", backing_store=False) as f:
    f["a"] = 1
"""

TORCH = """
import torch
t, m = torch.ones(3), torch.nn.Linear(2, 2)
torch.save(t, "out/t.pt"); torch.load("out/t.pt"); torch.load("out/t.pt", mmap=True)
torch.save(t, "out/old.pt", _use_new_zipfile_serialization=False); torch.load("out/old.pt")
torch.save(t, "out/\\u00e9.pt")
with open("out/given.pt", "wb") as f:
    torch.save(t, f)
s = torch.jit.script(m)
torch.jit.save(s, "out/j.pt"); s.save("out/k.pt"); torch.jit.load("out/j.pt")
torch.from_file("data/raw.bin", size=2); torch.from_file("data/shared.bin", shared=True, size=2)
torch.UntypedStorage.from_file("data/raw.bin", False, 8)
"""

XGBOOST = """
import numpy as np, xgboost as xgb
x = np.arange(60.0).reshape(20, 3); y = (x[:, 0] > 30) * 1
d = xgb.DMatrix(x, y); b = xgb.train({"nthread": 1}, d, 2)
b.save_model("out/b.json"); b.save_model("out/b.ubj"); xgb.Booster(model_file="out/b.json"); b.load_model("out/b.ubj")
b.dump_model("out/d.txt"); d.save_binary("out/d.bin"); xgb.DMatrix("out/d.bin")
xgb.DMatrix("data/rows.svm?format=libsvm")
b.get_dump(fmap="data/map.txt")
"""

LIGHTGBM = """
import numpy as np, lightgbm as lgb
x = np.arange(150.0).reshape(50, 3); y = (x[:, 0] > 60) * 1
quiet = {"verbose": -1, "num_threads": 1}
d = lgb.Dataset(x, y, free_raw_data=False, params=quiet); b = lgb.train(quiet, d, 2)
b.save_model("out/b.txt"); lgb.Booster(model_file="out/b.txt")
d.save_binary("out/d.bin"); lgb.Dataset("out/d.bin", params=quiet).construct()
lgb.Dataset("data/rows.csv", params=quiet).construct()
lgb.train(quiet, lgb.Dataset(x, y, params=quiet), 1, init_model="out/b.txt")
"""

SQLITE = """
import sqlite3
c = sqlite3.connect("out/a.db"); c.execute("create table t (a)"); c.commit(); c.close()
c = sqlite3.connect("file:out/a.db?mode=ro", uri=True); c.execute("select * from t"); c.close()
sqlite3.connect(":memory:").execute("create table t (a)")
import dbm.dumb
dbm.dumb.open("out/dumb", "c").close()
"""

PICTURES = """
from PIL import Image
Image.new("RGB", (2, 2)).save("out/a.png"); Image.open("out/a.png").load()
import matplotlib; matplotlib.use("Agg")
import matplotlib.pyplot as plt
plt.plot([1, 2]); plt.savefig("out/f.png")
"""

BY_LIBRARY: dict[str, str] = {
    "numpy": NUMPY,
    "pyarrow": PYARROW,
    "pandas": PANDAS,
    "polars": POLARS,
    "safetensors": SAFETENSORS,
    "h5py": H5PY,
    "torch": TORCH,
    "xgboost": XGBOOST,
    "lightgbm": LIGHTGBM,
    "sqlite3": SQLITE,
    "matplotlib": PICTURES,
}
