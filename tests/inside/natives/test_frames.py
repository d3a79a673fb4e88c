"""polars: what the comparison with strace does not reach."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("polars")
Tell = Callable[..., dict[str, list[str]]]


def test_open_files_and_content_are_no_paths(tell: Tell) -> None:
    program = """
import io, polars as pl
d = pl.DataFrame({"a": [1]})
b = io.BytesIO(); d.write_csv(b); pl.read_csv(io.BytesIO(b.getvalue())); pl.read_csv(b"a\\n1\\n"); d.write_csv()
pl.read_csv(io.StringIO("a\\n1\\n"))
"""
    assert tell(program) == {"read": [], "written": []}


def test_a_partitioned_target_is_a_folder(tell: Tell) -> None:
    program = """
import polars as pl
d = pl.DataFrame({"a": [1, 2]})
d.write_parquet("parts", partition_by="a")
pl.read_parquet("parts"); pl.scan_parquet("parts/**/*.parquet").collect()
d.write_csv(file="named.csv"); d.lazy().sink_csv(path="lazy.csv")
"""
    told = tell(program)
    files = ["parts/a=1/00000000.parquet", "parts/a=2/00000000.parquet"]
    assert told["written"] == [*(f"{name} truncate" for name in files), "named.csv truncate", "lazy.csv truncate"]
    assert told["read"] == files
