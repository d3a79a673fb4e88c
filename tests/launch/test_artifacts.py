"""Each kind of thing gets its own kind of file; nothing is written elsewhere or by halves."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from samerun.errors import UnsafePath
from samerun.launch.artifacts import save_artifact


@pytest.mark.parametrize(
    ("thing", "name", "written", "content"),
    [
        ("words", "note", "note.txt", b"words"),
        ("a,b\n", "table.csv", "table.csv", b"a,b\n"),
        (b"\x00\x01", "raw", "raw.bin", b"\x00\x01"),
        ({"a": [1, None]}, "conf", "conf.json", b'{\n  "a": [\n    1,\n    null\n  ]\n}\n'),
        ([1, 2], "deep/list", "deep/list.json", b"[\n  1,\n  2\n]\n"),
        (3.5, "number", "number.json", b"3.5\n"),
    ],
)
def test_plain_things(tmp_path: Path, thing: Any, name: str, written: str, content: bytes) -> None:
    assert save_artifact(thing, tmp_path, name) == tmp_path / written
    assert (tmp_path / written).read_bytes() == content


def test_files_and_folders_are_copied(tmp_path: Path) -> None:
    source, kept = tmp_path / "source", tmp_path / "kept"
    (source / "below").mkdir(parents=True)
    kept.mkdir()
    (source / "below" / "a.txt").write_text("a")
    (source / "link").symlink_to("/etc")
    save_artifact(source / "below" / "a.txt", kept, "one")
    save_artifact(str(source), kept, "all")
    found = {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()}
    assert found == {"one.txt", "all/below/a.txt"}
    (kept / "one.txt").write_text("changed")
    assert (source / "below" / "a.txt").read_text() == "a"


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "../..", "a\0b"])
def test_names_that_lead_out_are_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "artifacts"
    folder.mkdir()
    with pytest.raises(UnsafePath):
        save_artifact("text", folder, name)
    assert os.listdir(tmp_path) == ["artifacts"]
    assert os.listdir(folder) == []


def test_what_has_no_form_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    for thing in (object(), {"a": object()}, {1, 2}):
        with pytest.raises(TypeError):
            save_artifact(thing, tmp_path, "x")
    with pytest.raises(OSError):
        save_artifact(tmp_path / "absent", tmp_path, "x")
    assert os.listdir(tmp_path) == []


def test_arrays(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    path = save_artifact(numpy.arange(3), tmp_path, "a")
    assert path.name == "a.npy"
    assert numpy.load(path).tolist() == [0, 1, 2]
    with pytest.raises(ValueError, match="allow_pickle"):
        save_artifact(numpy.array([object()]), tmp_path, "objects")
    assert os.listdir(tmp_path) == ["a.npy"]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_tables(tmp_path: Path, library: str) -> None:
    module = pytest.importorskip(library)
    table = module.DataFrame({"a": [1, 2]})
    assert save_artifact(table, tmp_path, "t").read_text().endswith("1\n2\n" if library == "polars" else "0,1\n1,2\n")
    assert save_artifact(table, tmp_path, "t.parquet").read_bytes().startswith(b"PAR1")


def test_torch_states_hold_no_trace_of_the_place(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    module = torch.nn.Linear(2, 2)
    first = save_artifact(module.state_dict(), tmp_path, "first")
    second = save_artifact(module, tmp_path, "deep/second.pth")
    assert (first.name, second.name) == ("first.pt", "second.pth")
    assert first.read_bytes() == second.read_bytes()
    back = torch.load(io.BytesIO(first.read_bytes()), weights_only=True)
    assert torch.equal(back["weight"], module.weight)


def test_pictures(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    picture = image.new("RGB", (2, 2))
    assert save_artifact(picture, tmp_path, "p").read_bytes().startswith(b"\x89PNG")
    assert save_artifact(picture, tmp_path, "q.jpg").read_bytes().startswith(b"\xff\xd8")


def test_figures(tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    figure = pytest.importorskip("matplotlib.figure").Figure()
    assert save_artifact(figure, tmp_path, "f").read_bytes().startswith(b"\x89PNG")
    assert b"<svg" in save_artifact(figure, tmp_path, "f.svg").read_bytes()


def test_numbers_without_a_json_form_are_words(tmp_path: Path) -> None:
    path = save_artifact({"a": float("nan")}, tmp_path, "n")
    assert json.loads(path.read_text()) == {"a": "NaN"}
