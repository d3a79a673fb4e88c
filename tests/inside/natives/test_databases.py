"""Databases in a file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

OPEN = "def open(path, *args, **kwargs): return path\n"


def test_dbm(tell: Callable[..., dict[str, list[str]]]) -> None:
    fakes = {"_gdbm": "def open(filename, flags='r', mode=0o666): pass\n", "_dbm": "def open(*a): pass\n"}
    program = "import sys; sys.modules.pop('_gdbm', 0); sys.modules.pop('_dbm', 0); sys.path.insert(0, '.')\n"
    told = tell(program + "import _gdbm, _dbm\n_gdbm.open('g', 'c'); _gdbm.open('there'); _dbm.open('n', 'n')",
                fakes, ("there",))  # fmt: skip
    assert told == {"read": ["there"], "written": ["g update", "n.db update"]}


def test_lmdb(tell: Callable[..., dict[str, list[str]]]) -> None:
    program = "import lmdb\nlmdb.open('d', readonly=True); lmdb.open('one', subdir=False); lmdb.open('d', subdir=True)"
    told = tell(program, {"lmdb": OPEN}, ("d/data.mdb",))
    assert told == {"read": ["d/data.mdb"], "written": ["one update", "d/data.mdb update"]}


def test_duckdb(tell: Callable[..., dict[str, list[str]]]) -> None:
    text = "def connect(database=':memory:', read_only=False): pass\ndef read_csv(path_or_buffer): pass\n"
    text += "def read_parquet(file_glob): pass\n"
    program = """
import duckdb
duckdb.connect(); duckdb.connect(":memory:x"); duckdb.connect(""); duckdb.connect("a.db"); duckdb.connect("b.db", True)
duckdb.read_csv("c.csv"); duckdb.read_parquet("parts/*.parquet")
"""
    told = tell(program, {"duckdb": text}, ("b.db", "c.csv", "parts/1.parquet", "parts/2.parquet"))
    read = ["b.db", "c.csv", "parts/1.parquet", "parts/2.parquet"]
    assert told == {"read": read, "written": ["a.db update"]}


@pytest.mark.parametrize("kind", ["gnu", "ndbm"])
def test_the_real_dbm_where_there_is_one(kind: str, tell: Callable[..., dict[str, list[str]]]) -> None:
    pytest.importorskip(f"dbm.{kind}")
    told = tell(f"import dbm.{kind} as d\nd.open('x', 'c').close()")
    assert told["written"] in (["x update"], ["x.db update"])
