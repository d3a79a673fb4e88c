"""Parquet: columns of a table, compared by batches of rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from samerun.outputs.arrow_tables import ROWS, ArrowTable, compare_tables
from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, compare_content
from samerun.record.difference import Difference

pyarrow: Any = Late("pyarrow")  # an optional part
pq: Any = Late("pyarrow.parquet")  # an optional part

kind = "parquet"


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A Parquet file tells by its first bytes."""
    return head.startswith(b"PAR1")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two tables by column; row groups, encodings and compression do not count."""
    return compare_content(kind, a, b, _read, lambda one, two: compare_tables(kind, one, two, comparing))


def _read(path: Path) -> ArrowTable:
    try:
        file = pq.ParquetFile(str(path), memory_map=True)
    except pyarrow.ArrowException as error:  # some of Arrow's errors are no kind of Python's
        raise Unreadable(str(error)) from error

    def batches() -> Iterator[Any]:
        yield from file.iter_batches(batch_size=ROWS, use_threads=False)

    return ArrowTable(file.schema_arrow, batches)
