"""Columns on disk: everything of pyarrow that takes a path."""

from __future__ import annotations

from .hooks import APPEND, FOLDER, READ, TRUNCATE, UPDATE, Call, Hook, texts

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable


def _mapped(call: Call) -> Iterable[tuple[Any, str]]:
    path, mode = call.value(0, "path"), str(call.value(1, "mode", "r"))
    if "w" not in mode:
        yield path, READ
    if mode not in ("r", "rb"):
        yield path, UPDATE


def _os_file(call: Call) -> Iterable[tuple[Any, str]]:
    mode = str(call.value(1, "mode", "r"))
    return [(call.value(0, "path"), TRUNCATE if "w" in mode else APPEND if "a" in mode else READ)]


def _files_of(position: int, keyword: str, filesystem: int, attribute: str = "") -> Any:
    """Return the function that asks a new dataset for its files.

    It is asked only where it was made from local paths: others have no file system, and to ask them for it ends the
    process.

    Args:
        position: where the path stands among the arguments.
        keyword: the path's name.
        filesystem: where the file system stands.
        attribute: where the dataset hangs, if it is not the result itself.
    """

    def pairs(result: Any, call: Call) -> Iterable[tuple[Any, str]]:
        given = call.value(position, keyword)
        if not _is_local_argument(call.value(filesystem, "filesystem")) or not list(texts(given)):
            return []
        dataset = getattr(call.args[0], attribute, None) if attribute else result
        return [(path, READ) for path in getattr(dataset, "files", ())]

    return pairs


def _nothing(call: Call) -> Iterable[tuple[Any, str]]:
    return ()


def _where(call: Call) -> Iterable[tuple[Any, str]]:
    """A writer's target, unless another file system than the local one is named."""
    if _is_local_argument(call.kwargs.get("filesystem")):
        yield call.value(1, "where"), TRUNCATE


def _folder(call: Call) -> Iterable[tuple[Any, str]]:
    if _is_local_argument(call.kwargs.get("filesystem")):
        yield call.value(1, "base_dir"), FOLDER


def _source(call: Call) -> Iterable[tuple[Any, str]]:
    if _is_local_argument(call.kwargs.get("filesystem")):
        yield call.value(1, "source"), READ


def _source_first(call: Call) -> Iterable[tuple[Any, str]]:
    if _is_local_argument(call.value(2, "filesystem")):
        yield call.value(0, "source"), READ


def _is_local_argument(filesystem: Any) -> bool:
    return filesystem is None or "Local" in type(filesystem).__name__


def _copied(call: Call) -> Iterable[tuple[Any, str]]:
    yield call.value(0, "source"), READ
    yield call.value(1, "destination"), TRUNCATE


HOOKS: dict[str, tuple[Hook, ...]] = {
    "pyarrow.lib": (
        Hook("memory_map", _mapped),
        Hook("create_memory_map", TRUNCATE, 0, "path"),
        Hook("OSFile", _os_file),
        Hook("input_stream", READ, 0, "source"),
        Hook("output_stream", TRUNCATE, 0, "source"),
    ),
    "pyarrow.parquet.core": (
        Hook("ParquetFile.__init__", _source),
        Hook("ParquetWriter.__init__", _where),
        Hook("ParquetDataset.__init__", _nothing, after=_files_of(1, "path_or_paths", 2, "_dataset")),
    ),
    "pyarrow.dataset": (
        Hook("dataset", _nothing, after=_files_of(0, "source", 3)),
        Hook("parquet_dataset", READ, 0, "metadata_path", after=_files_of(0, "metadata_path", 2)),
        Hook("write_dataset", _folder),
    ),
    "pyarrow.feather": (
        Hook("write_feather", TRUNCATE, 1, "dest"),
        Hook("_read_table_internal", READ, 0, "source"),
        Hook("read_table", READ, 0, "source"),
        Hook("FeatherDataset.__init__", READ, 1, "path_or_paths"),
    ),
    "pyarrow.orc": (
        Hook("ORCFile.__init__", READ, 1, "source"),
        Hook("read_table", _source_first),
        Hook("ORCWriter.__init__", TRUNCATE, 1, "where"),
    ),
    "pyarrow.ipc": (
        Hook("RecordBatchStreamReader.__init__", READ, 1, "source"),
        Hook("RecordBatchFileReader.__init__", READ, 1, "source"),
        Hook("RecordBatchStreamWriter.__init__", TRUNCATE, 1, "sink"),
        Hook("RecordBatchFileWriter.__init__", TRUNCATE, 1, "sink"),
    ),
    "pyarrow._csv": (
        Hook("read_csv", READ, 0, "input_file"),
        Hook("open_csv", READ, 0, "input_file"),
        Hook("write_csv", TRUNCATE, 1, "output_file"),
        Hook("CSVWriter", TRUNCATE, 0, "sink"),
    ),
    "pyarrow._json": (Hook("read_json", READ, 0, "input_file"), Hook("open_json", READ, 0, "input_file")),
    "pyarrow.fs": (Hook("copy_files", _copied),),
}
