"""The folder that an earlier run left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.explain.checking.leftovers import causes, folder_after, left_by, smallest, with_what_lay_there
from samerun.explain.judging import Kept
from samerun.record.missing import Missing
from samerun.record.output import Output
from samerun.store.layout import RunFolder
from samerun.store.objects import Objects
from tests.explain.checking.world import run_of


def output(path: str, text: str = "x") -> Output:
    return Output(path, "text", len(text), text * 4, "results/" + path)


def left(folder: Path, *outputs: Output) -> Kept:
    for each in outputs:
        if isinstance(each.kept, str):
            place = folder / each.kept
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(str(each.hash)[0] * each.size)
    code = {"train.py": {"size": 3}, "log.csv": {"size": 1}}
    run = run_of(1, outputs=list(outputs), seconds=2.0, factors={"code": code, "data": {"log.csv": {"size": 1}}})
    return Kept(run, RunFolder(folder))


def test_what_has_a_copy_inside_of_the_folder_was_left(tmp_path: Path) -> None:
    gone = Output("big.bin", "binary", 9, "h", Missing("too big"))
    assert left_by(left(tmp_path, output("a.txt"), output("/outside.txt"), gone)) == ["a.txt"]


def test_the_next_launch_finds_only_the_files_that_are_tried(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    first = left(tmp_path / "run", output("new.txt", "n"), output("log.csv", "l"))
    given = folder_after(first, ["new.txt", "log.csv"], objects)
    assert set(given["code"]) == {"train.py", "log.csv", "new.txt"}
    assert set(given["data"]) == {"log.csv"}
    fact = given["code"]["new.txt"]
    assert objects.read(fact["hash"]) == b"n"
    assert fact["mtime_ns"] == 2 * 10**9
    assert set(folder_after(first, [], objects)["code"]) == {"train.py", "log.csv"}


def test_what_lies_there_and_was_not_written_again_is_not_missing(tmp_path: Path) -> None:
    first = left(tmp_path / "a", output("a.txt"), output("b.txt"))
    second = left(tmp_path / "b", output("a.txt", "y"))
    assert [(each.path, each.hash) for each in with_what_lay_there(second, first).run.outputs] == [
        ("a.txt", "yyyy"),
        ("b.txt", "xxxx"),
    ]


def test_a_folder_of_its_own_for_each_run_replaces_the_first_ones(tmp_path: Path) -> None:
    first = left(tmp_path / "a", output("runs/20260101_101010/model.txt"))
    second = left(tmp_path / "b", output("runs/20260101_101112/model.txt"))
    assert len(with_what_lay_there(second, first).run.outputs) == 1


def test_each_file_that_is_seen_is_a_cause_with_its_line() -> None:
    assert smallest(range(5), lambda present: 1 in present or {3, 4} <= present) == [1, 3, 4]
    found = causes(["state.json", "log.txt"], {"state.json": "train.py:3"}.get)
    assert [(each.kind, each.subject, each.where) for each in found] == [
        ("leftover-state", "state.json", "train.py:3"),
        ("leftover-state", "log.txt", None),
    ]
    assert "state.json" in found[0].evidence
    assert found[0].advice


def written(folder: Path, path: str, text: str) -> Kept:
    kept = left(folder, Output(path, "text", len(text), text, "results/" + path))
    (folder / "results" / path).write_text(text)
    return kept


@pytest.mark.parametrize(
    ("path", "text", "is_first"),
    [
        ("train.log", "loss 1\nloss 1\n", True),
        ("train.log", "loss 1\nloss 2\n", False),
        ("train.log", "loss 2\n", False),
        ("train.csv", "loss 1\nloss 1\n", False),
    ],
)
def test_a_log_to_which_the_same_is_added_is_the_first_one(
    tmp_path: Path, path: str, text: str, is_first: bool
) -> None:
    first, second = written(tmp_path / "a", path, "loss 1\n"), written(tmp_path / "b", path, text)
    outputs = with_what_lay_there(second, first).run.outputs
    assert outputs == (first if is_first else second).run.outputs
