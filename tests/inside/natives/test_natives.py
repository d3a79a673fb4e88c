"""The table of libraries and what stands in the families agree."""

from __future__ import annotations

import importlib

import pytest

from samerun.inside import natives
from samerun.launch import reported
from tests.inside.conftest import Observe


@pytest.mark.parametrize("family", natives.TABLE)
def test_each_module_of_the_table_has_its_hooks(family: str) -> None:
    hooks = importlib.import_module(f"samerun.inside.natives.{family}").HOOKS
    assert set(hooks) == set(natives.TABLE[family])
    assert all(hooks.values())


def test_no_module_belongs_to_two_families() -> None:
    modules = [module for family in natives.TABLE.values() for module in family]
    assert len(modules) == len(set(modules))


def test_families_are_loaded_only_where_they_are_needed(observe: Observe) -> None:
    (observe.tree / "lmdb.py").write_text("def open(path, **kwargs):\n    return path\n")
    program = "import sys, json\nprint(sorted(n for n in sys.modules if '_samerun_inside.natives' in n))\n"
    observe(program)
    assert observe.output == "['_samerun_inside.natives']\n"
    spool = observe(f"import lmdb\n{program}")
    expected = ["_samerun_inside.natives", "_samerun_inside.natives.databases", "_samerun_inside.natives.hooks"]
    assert observe.output == f"{expected}\n"
    assert spool.of(reported.FaultSeen) == []


@pytest.mark.parametrize(
    ("module", "functions"),
    [
        ("pyarrow.parquet", ["ParquetFile.__init__", "ParquetWriter.__init__", "ParquetDataset.__init__"]),
        ("pyarrow", ["memory_map", "input_stream", "output_stream", "OSFile"]),
        ("pyarrow.csv", ["read_csv", "write_csv", "CSVWriter"]),
        ("polars", ["read_csv", "scan_parquet", "DataFrame.write_csv", "LazyFrame.sink_parquet"]),
        ("safetensors", ["serialize_file"]),
        ("safetensors.numpy", ["serialize_file"]),
        ("h5py.h5f", ["open", "create"]),
        ("torch", ["from_file", "UntypedStorage.from_file", "_C.PyTorchFileWriter.__init__"]),
        ("xgboost", ["Booster.save_model", "Booster.load_model", "DMatrix.__init__"]),
        ("lightgbm", ["Booster.save_model", "Booster.__init__", "Dataset.save_binary"]),
    ],
)
def test_the_functions_are_where_the_table_says(module: str, functions: list[str], observe: Observe) -> None:
    """A new version of a library may move a function: then this test says so, before a file is missed."""
    pytest.importorskip(module.split(".")[0])
    program = f"""
import importlib
module = importlib.import_module({module!r})
for name in {functions!r}:
    found = module
    for part in name.split("."):
        found = getattr(found, part)
    found = getattr(found, "__func__", found)
    hidden = getattr(getattr(found, "__code__", None), "co_filename", "")
    print(name, "samerun" in hidden or type(found).__name__ == "Meta")
"""
    observe(program)
    assert observe.output.splitlines() == [f"{name} True" for name in functions]
