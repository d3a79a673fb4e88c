"""TensorFlow's own file layer, which opens files in C++."""

from __future__ import annotations

from .hooks import APPEND, READ, TRUNCATE, Call, Hook

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable


def _by_mode(call: Call) -> Iterable[tuple[Any, str]]:
    mode = str(call.value(2, "mode", "r"))
    if "r" in mode:
        yield _path(call.value(1, "name")), READ
    if mode not in ("r", "rb"):
        yield _path(call.value(1, "name")), APPEND if "a" in mode else TRUNCATE


def _path(value: Any) -> Any:
    """Return a path that may be an eager tensor of text; a symbolic one has no value yet, and is none."""
    read = getattr(value, "numpy", None)
    value = read() if read is not None else value
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list):
        return [_path(part) for part in value]
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else value


def _sources(call: Call) -> Iterable[tuple[Any, str]]:
    return [(_path(call.value(1, "filenames")), READ)]


def _written(call: Call) -> Iterable[tuple[Any, str]]:
    return [(_path(call.value(0, "filename")), TRUNCATE)]


def _read(call: Call) -> Iterable[tuple[Any, str]]:
    return [(_path(call.value(0, "filename")), READ)]


def _checkpoint(result: Any, call: Call) -> Iterable[tuple[Any, str]]:
    """A checkpoint's prefix stands for its files, all of which were just written."""
    prefix = _path(call.value(0, "prefix"))
    return [("%s.index" % prefix, TRUNCATE), ("%s.data-00000-of-00001" % prefix, TRUNCATE)]


def _restored(call: Call) -> Iterable[tuple[Any, str]]:
    prefix = _path(call.value(0, "prefix"))
    return [("%s.index" % prefix, READ), ("%s.data-00000-of-00001" % prefix, READ)]


def _nothing(call: Call) -> Iterable[tuple[Any, str]]:
    return ()


HOOKS: dict[str, tuple[Hook, ...]] = {
    "tensorflow.python.lib.io.file_io": (Hook("FileIO.__init__", _by_mode),),
    "tensorflow.python.lib.io.tf_record": (
        Hook("TFRecordWriter.__init__", TRUNCATE, 1, "path"),
        Hook("tf_record_random_reader.__init__", READ, 1, "path"),
    ),
    "tensorflow.python.data.ops.readers": tuple(
        Hook(name + ".__init__", _sources)
        for name in ("TFRecordDatasetV2", "TextLineDatasetV2", "FixedLengthRecordDatasetV2", "_TFRecordDataset")
    ),
    "tensorflow.python.ops.gen_io_ops": (
        Hook("read_file", _read),
        Hook("write_file", _written),
        Hook("save_v2", _nothing, after=_checkpoint),
        Hook("restore_v2", _restored),
    ),
}
