from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from samerun.outputs import feather, recognise
from samerun.outputs.comparing import Comparing

pytestmark = pytest.mark.filterwarnings("ignore:Feather V1")  # which is read all the same
pyarrow = pytest.importorskip("pyarrow")
writing = pytest.importorskip("pyarrow.feather")


def table(last: float = 3.0) -> object:
    return pyarrow.table({"x": [1.0, 2.0, last], "s": ["a", None, "c"]})


def stream(path: Path, content: object) -> Path:
    with pyarrow.ipc.new_stream(path, content.schema) as writer:  # type: ignore[attr-defined]
        writer.write_table(content, max_chunksize=1)
    return path


def test_recognised(tmp_path: Path) -> None:
    writing.write_feather(table(), tmp_path / "a")
    writing.write_feather(table(), tmp_path / "b", version=1)
    assert recognise("a", (tmp_path / "a").read_bytes()).kind == "feather"
    assert recognise("b", (tmp_path / "b").read_bytes()).kind == "feather"
    assert recognise("c.arrow", stream(tmp_path / "c", table()).read_bytes()).kind == "feather"
    assert not feather.recognises(PurePosixPath("c"), b"\xff\xff\xff\xff")


def test_versions_streams_and_compression_do_not_count(tmp_path: Path, now: Comparing) -> None:
    writing.write_feather(table(), tmp_path / "a", compression="uncompressed")
    writing.write_feather(table(), tmp_path / "b", compression="zstd", chunksize=2)
    writing.write_feather(table(), tmp_path / "c", version=1)
    stream(tmp_path / "d", table())
    for name in "bcd":
        found = feather.compare(tmp_path / "a", tmp_path / name, now)
        assert (found.label, found.verdict) == ("feather", "equivalent")


def test_a_value_that_differs(tmp_path: Path, now: Comparing) -> None:
    writing.write_feather(table(), tmp_path / "a")
    writing.write_feather(table(4.0), tmp_path / "b")
    assert "at row 3, column x: 3.0 -> 4.0" in feather.compare(tmp_path / "a", tmp_path / "b", now).detail


@pytest.mark.parametrize("compression", ["uncompressed", "lz4"])
def test_survives_damage(tmp_path: Path, survives: Callable[..., None], compression: str) -> None:
    writing.write_feather(table(), tmp_path / "a.feather", compression=compression)
    survives(feather, tmp_path / "a.feather")


def test_offsets_that_lead_out_of_a_buffer_are_not_followed(tmp_path: Path, now: Comparing) -> None:
    texts = pyarrow.table({"s": ["a", "bb", "ccc"]})
    writing.write_feather(texts, tmp_path / "a", compression="uncompressed")
    content = (tmp_path / "a").read_bytes()
    offsets = b"".join(number.to_bytes(4, "little") for number in (0, 1, 3, 6))
    assert offsets in content
    (tmp_path / "b").write_bytes(content.replace(offsets, offsets[:8] + b"\xff\xff\xff\x7f" + offsets[12:]))
    assert "cannot be read as feather" in feather.compare(tmp_path / "a", tmp_path / "b", now).detail
