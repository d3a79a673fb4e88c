"""Feather and other files of Arrow's own format (a file or a stream of record batches)."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.arrow_tables import ROWS, ArrowTable, compare_tables
from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, compare_content
from samerun.record.difference import Difference

pyarrow: Any = Late("pyarrow")  # an optional part
ipc: Any = Late("pyarrow.ipc")  # an optional part
feather: Any = Late("pyarrow.feather")  # an optional part

kind = "feather"
_STREAM = b"\xff\xff\xff\xff"
SUFFIXES = frozenset({".arrow", ".arrows", ".feather", ".ipc", ".ftr"})
"""Names of files that may be streams, which have no magic bytes of their own."""


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A file of Arrow's tells by its first bytes (``FEA1`` is Feather's first version), a stream by its name too."""
    return head.startswith((b"ARROW1\0\0", b"FEA1")) or (head.startswith(_STREAM) and path.suffix in SUFFIXES)


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two tables by column; record batches and compression do not count."""
    return compare_content(kind, a, b, _read, lambda one, two: compare_tables(kind, one, two, comparing))


def _read(path: Path) -> ArrowTable:
    try:
        return _open(path)
    except pyarrow.ArrowException as error:  # some of Arrow's errors are no kind of Python's
        raise Unreadable(str(error)) from error


def _open(path: Path) -> ArrowTable:
    source = pyarrow.memory_map(str(path))
    head = source.read(4)
    source.seek(0)
    if head == b"FEA1":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the version is old, which is no fault of who compares it
            table = feather.read_table(str(path), memory_map=True)
        return ArrowTable(table.schema, lambda: iter(table.to_batches(max_chunksize=ROWS)))
    if head == _STREAM:
        stream = ipc.open_stream(source)
        return ArrowTable(stream.schema, lambda: iter(stream))
    file = ipc.open_file(source)

    def batches() -> Iterator[Any]:
        for index in range(file.num_record_batches):
            yield file.get_batch(index)

    return ArrowTable(file.schema, batches)
