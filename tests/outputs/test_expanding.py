from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from pathlib import Path

import pytest

from samerun.outputs import expanding
from samerun.outputs.expanding import Members, expand, is_compressed
from samerun.outputs.reading import FAILURES, Unreadable, map_file

DATA = b"samerun " * 1000
PACKED = {
    "gzip": gzip.compress(DATA),
    "bz2": bz2.compress(DATA),
    "xz": lzma.compress(DATA),
    "lzma": lzma.compress(DATA, lzma.FORMAT_ALONE),
    **{f"zlib {level}": zlib.compress(DATA, level) for level in (1, 6, 9)},
}


@pytest.mark.parametrize("packed", PACKED.values(), ids=PACKED)
def test_every_compression_is_unpacked_and_limited(
    tmp_path: Path, packed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "packed"
    path.write_bytes(packed)
    assert is_compressed(packed[:8])
    assert expand(path) == DATA
    path.write_bytes(packed[:-9])
    with pytest.raises(FAILURES):
        expand(path)
    path.write_bytes(packed)
    monkeypatch.setattr(expanding, "MAX_EXPANDED", 7999)
    with pytest.raises(Unreadable):
        expand(path)


def members(path: Path) -> Members:
    return Members(path, map_file(path))


def test_members_stored_and_packed(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("stored", DATA)
        archive.writestr("packed", DATA, zipfile.ZIP_DEFLATED)
        archive.writestr("empty", b"", zipfile.ZIP_DEFLATED)
    found = members(path)
    assert list(found) == ["stored", "packed", "empty"]
    assert found.read("stored") == found.read("packed") == DATA
    assert found.read("empty") == b""
    with pytest.raises(KeyError):
        found.read("missing")


def test_members_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("x", b"2")
    with pytest.raises(Unreadable):
        members(path)


def test_the_limit_holds_for_all_members_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expanding, "MAX_EXPANDED", 12_000)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x", DATA)
        archive.writestr("y", DATA)
    found = members(path)
    found.read("x")
    with pytest.raises(Unreadable):
        found.read("y")
