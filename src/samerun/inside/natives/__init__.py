"""Readers and writers that open files from native code, where no audit event tells it: one file a family of libraries.

``TABLE`` says which family knows which module. A family is loaded when the program imports one of its modules. A new
library costs a line here and its ``Hook`` lines in a family's ``HOOKS``.
"""

from __future__ import annotations

from .. import imports

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

TABLE: dict[str, tuple[str, ...]] = {
    "tensors": (
        *("torch._C", "torch.storage", "torch", "torchvision.io.image", "safetensors._safetensors_rust"),
        *("h5py.h5f", "tables.file"),
    ),
    "columns": (
        *("pyarrow.lib", "pyarrow.parquet.core", "pyarrow.dataset", "pyarrow.feather", "pyarrow.orc", "pyarrow.ipc"),
        *("pyarrow._csv", "pyarrow._json", "pyarrow.fs"),
    ),
    "frames": (
        *("polars.io.csv.functions", "polars.io.parquet.functions", "polars.io.ipc.functions", "polars.io.ndjson"),
        *("polars.io.avro", "polars.io.lines", "polars.io.json.read", "polars.io.json.functions"),
        *("polars.dataframe.frame", "polars.lazyframe.frame"),
    ),
    "databases": ("_gdbm", "_dbm", "duckdb", "lmdb"),
    "models": (
        *("xgboost.core", "lightgbm.basic", "catboost.core", "onnxruntime.capi.onnxruntime_inference_collection"),
        *("faiss", "tokenizers", "sentencepiece._sentencepiece", "fasttext.FastText"),
    ),
    "media": ("cv2", "soundfile", "av.container.core"),
    "tensorflow": (
        *("tensorflow.python.lib.io.file_io", "tensorflow.python.lib.io.tf_record"),
        *("tensorflow.python.data.ops.readers", "tensorflow.python.ops.gen_io_ops"),
    ),
}
"""Family -> the modules after whose execution its functions are wrapped, before others take them from there."""


def install(environment: Mapping[str, str]) -> None:
    """Wait for the libraries."""
    for family, modules in TABLE.items():
        for module in modules:
            imports.when_imported(module, _Attach(family))


class _Attach:
    """Loads a family and lets it wrap what it knows of a module."""

    def __init__(self, family: str) -> None:
        self.family = family

    def __call__(self, module: Any) -> None:
        name = "%s.%s" % (__name__, self.family)
        # By name, because a family is loaded only in a program that imports one of its libraries.
        family = __import__(name, fromlist=["HOOKS"])
        hooks = __import__(__name__ + ".hooks", fromlist=["attach"])
        hooks.attach(module, module.__name__.split(".")[0], family.HOOKS[module.__name__])
