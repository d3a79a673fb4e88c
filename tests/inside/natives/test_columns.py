"""pyarrow: what the comparison with strace does not reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.inside.conftest import Observe

pytest.importorskip("pyarrow")
Tell = Callable[..., dict[str, list[str]]]
# A program that ends as soon as pyarrow's threads have read something aborts now and then, recorded or not; without
# threads it does not.


def test_open_files_are_no_paths(tell: Tell) -> None:
    program = """
import pyarrow as pa, pyarrow.parquet as pq
t = pa.table({"a": [1]})
import io
b = io.BytesIO(); pq.write_table(t, b); pq.read_table(io.BytesIO(b.getvalue()), use_threads=False, pre_buffer=False)
"""
    assert tell(program) == {"read": [], "written": []}


def test_closed_classes_are_still_themselves(observe: Observe) -> None:
    program = """
import pickle, pyarrow as pa, pyarrow.csv as pc
t = pa.table({"a": [1]})
with pa.OSFile("o", "wb") as f:
    print(isinstance(f, pa.OSFile), isinstance(f, pa.NativeFile), type(f).__name__, type(f).__module__)
print(issubclass(pa.OSFile, pa.NativeFile), pa.OSFile.__name__, pa.OSFile.__doc__ == f.__doc__)
with pc.CSVWriter("c.csv", t.schema) as w:
    w.write(t)
print(open("c.csv").read(), isinstance(w, pc.CSVWriter))
class Mine(pa.OSFile):
    pass
print(type(Mine("o")).__name__)
print(pickle.loads(pickle.dumps(pa.memory_map)) is pa.memory_map)
try:
    pa.OSFile("gone")
except FileNotFoundError as error:
    print(error)
"""
    observe(program)
    recorded = observe.output
    observe(program, bare=True)
    assert recorded == observe.output


def test_a_dataset_reads_its_files_and_writes_new_ones(tell: Tell) -> None:
    program = """
import pyarrow as pa, pyarrow.dataset as ds
ds.write_dataset(pa.table({"a": [1, 2]}), "out", format="parquet", partitioning=["a"])
ds.dataset("out", partitioning=["a"]).to_table(use_threads=False)
"""
    told = tell(program)
    assert told["written"] == ["out/1/part-0.parquet truncate", "out/2/part-0.parquet truncate"]
    assert told["read"] == ["out/1/part-0.parquet", "out/2/part-0.parquet"]
