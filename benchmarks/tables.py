"""How fast a table is identified by its content, beside BLAKE3's own speed on the same bytes."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any

import numpy as np
from blake3 import blake3

from benchmarks.hashing import seconds
from benchmarks.measuring import Figure, in_turn
from samerun.data.table_hash import hash_table

_ROWS = 4_000_000


def numbers(folder: Path, rounds: int = 5) -> Figure:
    """Measure a frame of eight columns of floats, 256 MB."""
    values = np.random.default_rng(0).random((8, _ROWS))
    import pandas as pd  # an optional part, and half a second to load

    frame = pd.DataFrame({f"x{place}": column for place, column in enumerate(values)})
    return _figure("hash a frame of numbers", frame, values.data.cast("B"), rounds, 2.0)


def text(folder: Path, rounds: int = 5) -> Figure:
    """Measure a column of four million short texts in Arrow."""
    import pyarrow as pa  # an optional part

    table = pa.table({"text": pa.array([f"some text, number {place}" for place in range(_ROWS)])})
    data = memoryview(table.column("text").chunk(0).buffers()[2])
    return _figure("hash a column of text", table, data, rounds, 4.0)


def _figure(name: str, table: Any, data: memoryview, rounds: int, times: float) -> Figure:
    bare, ours = in_turn(
        rounds,
        lambda: seconds(lambda: blake3(data, max_threads=blake3.AUTO).digest()),
        lambda: seconds(lambda: hash_table(table)),
    )
    a, b = statistics.median(bare), statistics.median(ours)
    size = len(data) / 1e9
    note = f"{size / b:.1f} GB/s; BLAKE3 alone, on all cores and the same {size * 1000:.0f} MB: {size / a:.1f} GB/s"
    return Figure(name, "s", a, b, b / a, times, f"≥ {1 / times:.2f} of BLAKE3's own speed", note)


def rows(folder: Path, count: int = 500_000, rounds: int = 3) -> Figure:
    """Measure a table as a multiset of rows, beside a BLAKE3 of each row that is encoded already."""
    values = np.random.default_rng(0).random((count, 8))
    view = values.data.cast("B")
    bare, ours = in_turn(
        rounds,
        lambda: seconds(lambda: [blake3(view[at : at + 64]).digest() for at in range(0, len(view), 64)]),
        lambda: seconds(lambda: hash_table(values, ordered=False)),
    )
    a, b = statistics.median(bare), statistics.median(ours)
    note = f"{b / count * 1e9:.0f} ns a row"
    return Figure(
        f"hash {count:,} rows in any order", "s", a, b, b / a, 3.0, "≥ 0.33 of BLAKE3's own speed, row by row", note
    )
