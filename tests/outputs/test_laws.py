"""Laws that hold for every type of output, each tried on contents that hypothesis makes.

One table of numbers is written as every type: in the usual form and, where the type has one, in another that means the
same. Whatever the type: the same content is never different, a changed number is never the same, the deviation is the
one that was made, tolerances are kept to the number, both ways round give one verdict, and a file that is damaged
anywhere is a difference and never an exception. (HDF5 is read by a process of its own: test_hdf5_contents.py.)
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import pickle
import random
import sqlite3
import struct
import tarfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
import torch
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from safetensors.numpy import save as save_tensors

from samerun.outputs import compare_files, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference
from samerun.record.verdict import VERDICTS

from .conftest import FIRST, SECOND

laws = settings(deadline=None, max_examples=60 if os.environ.get("SAMERUN_TEST_SCALE") == "full" else 4)

Table = dict[str, list[float]]
EXACT = Comparing(FIRST, SECOND)

FINITE = st.floats(-1e6, 1e6).filter(lambda number: number == 0 or abs(number) > 1e-6)
# No name that says what its values are: such fields may differ (tests/outputs/test_volatile.py).
NAMES = st.sampled_from(["acc", "loss", "weight", "bias", "alpha", "beta", "gamma", "f1"])


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Return columns of one length, none of which is a whole number (such a one may be read as another type)."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    length = draw(st.integers(1, 4))
    numbers = st.lists(FINITE.map(lambda x: x + 0.125 if x == int(x) else x), min_size=length, max_size=length)
    return {name: draw(numbers) for name in names}


class Form(NamedTuple):
    """How a table is written as one type, and how else the same could be."""

    write: Callable[[Path, Table], object]
    otherwise: Callable[[Path, Table], object] | None = None
    rounded: Callable[[float], float] = float
    """What becomes of a number that is written."""


def text(make: Callable[[Table], str]) -> Callable[[Path, Table], object]:
    return lambda path, table: path.write_text(make(table), encoding="utf-8")


def data(make: Callable[[Table], bytes]) -> Callable[[Path, Table], object]:
    return lambda path, table: path.write_bytes(make(table))


def turned(table: Table) -> Table:
    return dict(reversed(table.items()))


def arrays(table: Table) -> dict[str, np.ndarray[Any, Any]]:
    return {name: np.array(column) for name, column in table.items()}


def rows(table: Table) -> list[dict[str, float]]:
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def as_csv(table: Table, **options: Any) -> str:
    file = io.StringIO()
    writer = csv.writer(file, **options)
    writer.writerow(table)
    writer.writerows(zip(*table.values(), strict=True))
    return file.getvalue()


def as_toml(table: Table) -> str:
    return "".join(f"{name} = {[float(x) for x in column]}\n" for name, column in table.items())


def write_sqlite(path: Path, table: Table, page: int = 4096) -> None:
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute(f"PRAGMA page_size = {page}")
        connection.execute(f"CREATE TABLE results ({', '.join(f'{name} REAL' for name in table)})")
        marks = ", ".join("?" * len(table))
        connection.executemany(f"INSERT INTO results VALUES ({marks})", zip(*table.values(), strict=True))
        connection.commit()


def write_zip(path: Path, table: Table, method: int = zipfile.ZIP_STORED, year: int = 1980) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, column in table.items():
            archive.writestr(zipfile.ZipInfo(f"{name}.json", (year, 1, 1, 0, 0, 0)), json.dumps(column), method)


def write_tar(path: Path, table: Table, form: int = tarfile.USTAR_FORMAT, when: int = 0) -> None:
    with tarfile.open(path, "w", format=form) as archive:
        for name, column in table.items():
            content = json.dumps(column).encode()
            member = tarfile.TarInfo(f"{name}.json")
            member.size, member.mtime = len(content), when
            archive.addfile(member, io.BytesIO(content))


def npy(column: list[float], version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.array(column), version=version)
    return file.getvalue()


def npz(table: Table, method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, column in table.items():
            archive.writestr(f"{name}.npy", npy(column))
    return file.getvalue()


def first(table: Table) -> list[float]:
    return next(iter(table.values()))


def single(number: float) -> float:
    return float(np.float32(number))


def padded(content: bytes) -> bytes:
    """Return a safetensors file with more room in its header."""
    size = struct.unpack("<Q", content[:8])[0]
    return struct.pack("<Q", size + 64) + content[8 : 8 + size] + b" " * 64 + content[8 + size :]


FORMS: dict[str, Form] = {
    "a.json": Form(text(json.dumps), text(lambda t: json.dumps(turned(t), indent=3))),
    "b.jsonl": Form(
        text(lambda t: "\n".join(map(json.dumps, rows(t))) + "\n"),
        text(lambda t: "\r\n".join(json.dumps(row, separators=(" ,", " :")) for row in rows(t))),
    ),
    "c.yaml": Form(
        text(lambda t: yaml.safe_dump(t)),
        text(lambda t: "# again\n" + yaml.safe_dump(turned(t), default_flow_style=False, sort_keys=False, indent=6)),
    ),
    "d.toml": Form(text(as_toml), text(lambda t: "# again\n\n" + as_toml(turned(t)))),
    "e.csv": Form(text(as_csv), text(lambda t: as_csv(t, quoting=csv.QUOTE_ALL, lineterminator="\r\n", delimiter=";"))),
    "f.tsv": Form(
        text(lambda t: as_csv(t, delimiter="\t")),
        text(lambda t: as_csv(t, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL)),
    ),
    "g.npz": Form(
        data(lambda t: npz(t, zipfile.ZIP_STORED)), data(lambda t: npz(turned(t), zipfile.ZIP_DEFLATED))
    ),
    "h.safetensors": Form(data(lambda t: save_tensors(arrays(t))), data(lambda t: padded(save_tensors(arrays(t))))),
    "i.parquet": Form(
        lambda path, t: pyarrow.parquet.write_table(pa.table(t), path, compression="none"),
        lambda path, t: pyarrow.parquet.write_table(pa.table(t), path, compression="zstd", row_group_size=1),
    ),
    "j.feather": Form(
        lambda path, t: pyarrow.feather.write_feather(pa.table(t), path, compression="uncompressed"),
        lambda path, t: pyarrow.feather.write_feather(pa.table(t), path, compression="zstd", chunksize=1),
    ),
    "l.pt": Form(
        lambda path, t: torch.save({name: torch.tensor(column) for name, column in t.items()}, path),
        lambda path, t: torch.save(
            {name: torch.tensor(column) for name, column in t.items()}, path, _use_new_zipfile_serialization=False
        ),
        single,
    ),
    "m.pkl": Form(data(lambda t: pickle.dumps(t, 2)), data(lambda t: pickle.dumps(t, 5))),
    "n.sqlite": Form(write_sqlite, lambda path, t: write_sqlite(path, t, 8192)),
    "o.npy": Form(data(lambda t: npy(first(t))), data(lambda t: npy(first(t), (2, 0)))),
    "p.zip": Form(write_zip, lambda path, t: write_zip(path, t, zipfile.ZIP_DEFLATED, 2024)),
    "q.tar": Form(write_tar, lambda path, t: write_tar(path, t, tarfile.PAX_FORMAT, 1718000000)),
    "r.json.gz": Form(
        data(lambda t: gzip.compress(json.dumps(t).encode(), 1, mtime=1)),
        data(lambda t: gzip.compress(json.dumps(t).encode(), 9, mtime=2)),
    ),
    "s.txt": Form(
        text(lambda t: "".join(f"{name} is {column!r} now\n" for name, column in t.items())),
    ),
}  # fmt: skip
KINDS = ["json", "jsonl", "yaml", "toml", "csv", "csv", "npz", "safetensors", "parquet", "feather",
         "torch-checkpoint", "pickle", "sqlite", "npy", "zip", "tar", "compressed", "text"]  # fmt: skip

Held = Callable[..., Difference]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Held:
    """Write two contents and hold them against each other: ``held(name, a, b, comparing, write_b)``."""
    folder = tmp_path_factory.mktemp("laws")

    def hold(name: str, a: Table, b: Table, comparing: Comparing = EXACT, otherwise: bool = False) -> Difference:
        form = FORMS[name]
        one, two = folder / f"1_{name}", folder / f"2_{name}"
        form.write(one, a)
        (form.otherwise if otherwise and form.otherwise else form.write)(two, b)
        return compare_files(name, one, two, comparing)

    return hold


def changed(table: Table, column: int, row: int, to: float) -> tuple[Table, float]:
    """Return a table with another number in one cell, and the number that was there."""
    name = list(table)[column % len(table)]
    own = list(table[name])
    before, own[row % len(own)] = own[row % len(own)], to
    return {**table, name: own}, before


def checked(found: Difference) -> Difference:
    """Check what any tree of differences has to be, and return it."""
    assert msgspec.json.decode(msgspec.json.encode(found), type=Difference) == found
    for node in found.walk():
        assert all(VERDICTS.index(child.verdict) <= VERDICTS.index(node.verdict) for child in node.children)
        assert "\x1b" not in node.detail
        assert "\n" not in node.detail
    assert found.verdict == "identical" or found.detail
    return found


@pytest.mark.parametrize(("name", "kind"), list(zip(FORMS, KINDS, strict=True)))
def test_each_is_known_for_what_it_is(tmp_path: Path, name: str, kind: str) -> None:
    for write in filter(None, (FORMS[name].write, FORMS[name].otherwise)):
        write(tmp_path / name, {"loss": [1.5]})
        assert recognise(name, (tmp_path / name).read_bytes()).kind == kind


@pytest.mark.parametrize("name", [name for name, form in FORMS.items() if form.otherwise])
@laws
@given(table=tables())
def test_the_same_in_another_form_is_equivalent(held: Held, name: str, table: Table) -> None:
    found = checked(held(name, table, table, otherwise=True))
    assert found.verdict == "equivalent", found.detail
    assert not found.ignored()


@pytest.mark.parametrize("name", FORMS)
@laws
@given(table=tables(), row=st.integers(0, 3), to=FINITE.map(lambda x: x + 0.0625), otherwise=st.booleans())
def test_one_changed_number_is_found_with_its_distance(
    held: Held, name: str, table: Table, row: int, to: float, otherwise: bool
) -> None:
    other, before = changed(table, 0, row, to)
    rounded = FORMS[name].rounded
    if rounded(before) == rounded(to):
        return
    found = checked(held(name, table, other, otherwise=otherwise))
    assert found.verdict == "different"
    deviations = [node.deviation for node in found.walk() if node.deviation is not None]
    assert max(each.max_abs for each in deviations) == pytest.approx(abs(rounded(before) - rounded(to)), rel=1e-6)
    assert all(each.count == 1 for each in deviations)


@pytest.mark.parametrize("name", FORMS)
@laws
@given(table=tables(), row=st.integers(0, 3), part=st.floats(1e-4, 0.1))
def test_a_tolerance_holds_to_what_it_says(held: Held, name: str, table: Table, row: int, part: float) -> None:
    """A change a little within it is within, one a little beyond it is not; relative and absolute."""
    before = changed(table, 0, row, 0.0)[1]
    to = before * (1 + part)
    other, _ = changed(table, 0, row, to)
    rounded = FORMS[name].rounded
    one, two = rounded(before), rounded(to)
    if one == two or abs(one) < 1e-3:
        return
    gap = abs(one - two)
    for exactly in ({"rtol": gap / max(abs(one), abs(two))}, {"atol": gap}):
        for factor, verdict in ((1.001, "within-tolerance"), (0.999, "different")):
            comparing = replace(EXACT, **{key: value * factor for key, value in exactly.items()})
            assert checked(held(name, table, other, comparing)).verdict == verdict


@pytest.mark.parametrize("name", FORMS)
@laws
@given(one=tables(), two=tables())
def test_both_ways_round_give_one_verdict(held: Held, name: str, one: Table, two: Table) -> None:
    if one == two:
        return
    for comparing in (EXACT, replace(EXACT, rtol=0.5), replace(EXACT, atol=10.0)):
        there, back = checked(held(name, one, two, comparing)), checked(held(name, two, one, comparing))
        assert there.verdict == back.verdict
        assert there.label == back.label


@pytest.mark.parametrize("name", [name for name in FORMS if name not in ("o.npy", "s.txt")])
@laws
@given(table=tables())
def test_a_name_that_one_side_lacks_is_named(held: Held, name: str, table: Table) -> None:
    more = {**table, "extra": [0.5] * len(first(table))}
    for a, b in ((table, more), (more, table)):
        found = checked(held(name, a, b))
        assert found.verdict == "different"
        assert "extra" in str(found) or name == "b.jsonl"


@pytest.mark.parametrize("name", FORMS)
@laws
@given(table=tables(), times=st.integers(1, 3))
def test_a_row_more_is_a_difference(held: Held, name: str, table: Table, times: int) -> None:
    more = {key: column + [0.5] * times for key, column in table.items()}
    for a, b in ((table, more), (more, table)):
        for comparing in (EXACT, replace(EXACT, rtol=1.0, atol=1e9)):
            assert checked(held(name, a, b, comparing)).verdict == "different"


@pytest.mark.parametrize("name", FORMS)
def test_what_is_not_a_number_is_near_to_nothing(held: Held, name: str) -> None:
    """No tolerance reaches from a number to NaN or to an infinity."""
    odd = [float("nan"), float("inf"), -float("inf")]
    if name == "n.sqlite":
        odd = odd[1:]  # SQLite keeps a NaN as NULL
    wide = replace(EXACT, rtol=0.99, atol=1e300)
    for place, value in enumerate(odd):
        assert checked(held(name, {"loss": [1.5, value]}, {"loss": [1.5, 2.5]}, wide)).verdict == "different"
        assert checked(held(name, {"loss": [1.5, value]}, {"loss": [2.5, value]}, wide)).verdict == "within-tolerance"
        other = odd[place - 1]
        assert checked(held(name, {"loss": [1.5, value]}, {"loss": [1.5, other]}, wide)).verdict == "different"


@pytest.mark.parametrize("name", FORMS)
@laws
@given(seed=st.integers(0, 2**32 - 1))
def test_damage_anywhere_is_a_difference_and_never_an_exception(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    """Cut, flipped, with a piece twice, with a piece missing, with another file's piece in it."""
    chance = random.Random(seed)
    folder = tmp_path_factory.mktemp("damage")
    whole, hurt = folder / f"whole_{name}", folder / f"hurt_{name}"
    FORMS[name].write(whole, {"loss": [1.5, 2.25, -3.125], "acc": [0.5, 0.75, 0.875]})
    content = whole.read_bytes()
    at, size = chance.randrange(len(content)), chance.randrange(1, 40)
    flipped = bytearray(content)
    flipped[at] ^= chance.randrange(1, 256)
    damaged = {
        "cut": content[:at],
        "flipped": bytes(flipped),
        "twice": content[:at] + content[at : at + size] * 2 + content[at + size :],
        "missing": content[:at] + content[at + size :],
        "noise": content[:at] + chance.randbytes(size) + content[at + size :],
        "more": content + chance.randbytes(size),
        "large": content[:at] + b"\xff" * 8 + content[at + 8 :],
    }
    for how, other in damaged.items():
        if other == content:
            continue
        hurt.write_bytes(other)
        there, back = (checked(compare_files(name, *pair, EXACT)) for pair in ((whole, hurt), (hurt, whole)))
        assert there.verdict != "identical", how
        assert (there.verdict == "equivalent") == (back.verdict == "equivalent"), how
