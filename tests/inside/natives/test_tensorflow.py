"""TensorFlow's file layer."""

from __future__ import annotations

from collections.abc import Callable

TENSOR = """
class Tensor:
    def __init__(self, value): self.value = value
    def numpy(self): return self.value
"""


def test_files_records_and_checkpoints(tell: Callable[..., dict[str, list[str]]]) -> None:
    top = "tensorflow.python"
    fakes = {
        f"{top}.lib.io.file_io": "class FileIO:\n    def __init__(self, name, mode='r'): pass\n",
        f"{top}.lib.io.tf_record": "class TFRecordWriter:\n    def __init__(self, path, options=None): pass\n",
        f"{top}.data.ops.readers": "class TFRecordDatasetV2:\n    def __init__(self, filenames): pass\n",
        f"{top}.ops.gen_io_ops": (
            "def read_file(filename): pass\ndef write_file(filename, contents): pass\n"
            "def save_v2(prefix, *a):\n"
            "    [open(prefix + s, 'w').close() for s in ('.index', '.data-00000-of-00001')]\n"
            "def restore_v2(prefix, *a): pass\n"
        ),
    }
    program = (
        TENSOR
        + """
from tensorflow.python.lib.io.file_io import FileIO
from tensorflow.python.lib.io.tf_record import TFRecordWriter
from tensorflow.python.data.ops.readers import TFRecordDatasetV2
from tensorflow.python.ops import gen_io_ops as io
FileIO("a"); FileIO("new", "w"); FileIO("log", mode="a")
TFRecordWriter("r"); TFRecordDatasetV2(Tensor([b"b", b"c"])); TFRecordDatasetV2(["d"])
io.read_file(Tensor(b"e")); io.write_file("w", b""); io.restore_v2("model")
io.save_v2("saved", 1); io.read_file(object())
"""
    )
    told = tell(program, fakes, ("a", "b", "c", "d", "e", "model.index", "model.data-00000-of-00001"))
    assert told["read"] == ["a", "b", "c", "d", "e", "model.index", "model.data-00000-of-00001"]
    saved = ["saved.index truncate", "saved.data-00000-of-00001 truncate"]
    assert told["written"] == ["new truncate", "log append", "r truncate", "w truncate", *saved]
