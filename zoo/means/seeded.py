"""What Lightning's ``seed_everything(0, workers=True)`` does, then the program."""

import os
import pathlib
import random
import runpy
import sys

os.environ["PL_GLOBAL_SEED"] = "0"
os.environ["PL_SEED_WORKERS"] = "1"
random.seed(0)
text = "".join(path.read_text() for path in pathlib.Path().rglob("*.py"))
# A library that the program does not use need not be loaded to be seeded.
if "numpy" in text or "sklearn" in text or "pandas" in text:
    import numpy

    numpy.random.seed(0)
if "torch" in text:
    import torch

    torch.manual_seed(0)

del sys.argv[0]
sys.path[0] = os.getcwd()
if sys.argv[0] == "-m":
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    runpy.run_path(sys.argv[0], run_name="__main__")
