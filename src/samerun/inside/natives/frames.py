"""polars: its readers are functions, its writers methods of two classes; all of them open files in Rust."""

from __future__ import annotations

import os

from .hooks import FOLDER, READ, TRUNCATE, Call, Hook

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable

_WRITERS = ("csv", "parquet", "ipc", "ipc_stream", "json", "ndjson", "avro")
_SINKS = ("csv", "parquet", "ipc", "ndjson")


def _target(call: Call) -> Iterable[tuple[Any, str]]:
    """A file, or with ``partition_by`` (or where a folder is there already) a folder of files."""
    path = next((call.kwargs[name] for name in ("file", "path") if name in call.kwargs), call.value(1, ""))
    if call.kwargs.get("partition_by") or (isinstance(path, (str, os.PathLike)) and os.path.isdir(path)):
        yield path, FOLDER
    else:
        base = getattr(path, "base_path", None)  # a description of a partitioned target
        yield (path, TRUNCATE) if base is None else (base, FOLDER)


def _readers(*names: str) -> tuple[Hook, ...]:
    return tuple(Hook(name, READ, 0, "source") for name in names)


HOOKS: dict[str, tuple[Hook, ...]] = {
    "polars.io.csv.functions": _readers("read_csv", "scan_csv", "read_csv_batched"),
    "polars.io.parquet.functions": _readers(
        "read_parquet", "scan_parquet", "read_parquet_schema", "read_parquet_metadata"
    ),
    "polars.io.ipc.functions": _readers("read_ipc", "scan_ipc", "read_ipc_stream", "read_ipc_schema"),
    "polars.io.ndjson": _readers("read_ndjson", "scan_ndjson"),
    "polars.io.avro": _readers("read_avro"),
    "polars.io.lines": _readers("read_lines", "scan_lines"),
    "polars.io.json.read": _readers("read_json"),
    "polars.io.json.functions": _readers("read_json"),
    "polars.dataframe.frame": (
        *(Hook("DataFrame.write_" + name, _target) for name in _WRITERS),
        Hook("DataFrame.serialize", _target),
        Hook("DataFrame.deserialize", READ, 1, "source"),
    ),
    "polars.lazyframe.frame": (
        *(Hook("LazyFrame.sink_" + name, _target) for name in _SINKS),
        Hook("LazyFrame.serialize", _target),
        Hook("LazyFrame.deserialize", READ, 1, "source"),
    ),
}
