"""PyTorch's flag for deterministic kernels, then the program."""

import os
import pathlib
import runpy
import sys

os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
# A library that the program does not use need not be loaded to be told.
if any("torch" in path.read_text() for path in pathlib.Path().rglob("*.py")):
    import torch

    torch.use_deterministic_algorithms(True)

del sys.argv[0]
sys.path[0] = os.getcwd()
if sys.argv[0] == "-m":
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
else:
    runpy.run_path(sys.argv[0], run_name="__main__")
