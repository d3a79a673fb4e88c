"""What a run wrote outside of its folder is as it was when it is replayed, and the user's files stay as they are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from samerun.launch.layers import apart_from, can_be_covered, make_layers
from samerun.launch.workspace import Workspace
from samerun.record.files import FileFact
from samerun.record.output import Output
from samerun.record.run import Place, Run
from samerun.store.objects import Objects
from tests.lab import Lab

RESUMES = """
import os, pickle, random
out = {out!r}
os.makedirs(out, exist_ok=True)
state = pickle.load(open(out + "/last.pkl", "rb")) if os.path.exists(out + "/last.pkl") else 0.0
pickle.dump(state + random.random(), open(out + "/last.pkl", "wb"))
new = not os.path.exists(out + "/log.csv")
with open(out + "/log.csv", "a") as file:
    file.write(("w\\n" if new else "") + str(state) + "\\n")
"""


def run_that_wrote(tree: Path, *paths: str) -> Run:
    outputs = [Output(path, "text", 1, "0" * 64, "results/x") for path in paths]
    return Run("id", "name", ["x"], Place(str(tree), str(tree)), "finished", 0.0, outputs=outputs)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path / "store" / "run" / "tree")


def test_a_layer_holds_what_was_there_and_hides_what_was_not(tmp_path: Path, workspace: Workspace) -> None:
    out, objects = tmp_path / "out", Objects(tmp_path / "objects")
    (out / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.txt"):
        (out / name).write_text("left by the run")
    facts = {
        f"{out}/a.txt": FileFact(3, "outside", hash=objects.add_bytes(b"old"), kept=True, mtime_ns=10**18),
        f"{out}/b.txt": FileFact(9, "outside", why="nothing read it before"),
    }
    run = run_that_wrote(tmp_path / "p", *(f"{out}/{name}" for name in ("a.txt", "b.txt", "sub/c.txt", "gone.txt")))
    ((target, upper),) = make_layers(run, workspace, facts, objects).items()
    assert target == str(out)
    assert sorted(str(path.relative_to(upper)) for path in upper.rglob("*")) == ["a.txt", "sub", "sub/c.txt"]
    assert (upper / "a.txt").read_text() == "old"
    assert (upper / "a.txt").stat().st_mtime_ns == 10**18
    assert stat.S_ISCHR((upper / "sub" / "c.txt").stat().st_mode)
    assert (out / "sub" / "c.txt").read_text() == "left by the run"


def test_what_was_to_be_shown_lies_in_the_layer(tmp_path: Path, workspace: Workspace) -> None:
    out, objects = tmp_path / "out", Objects(tmp_path / "objects")
    out.mkdir()
    stored = objects.path(objects.add_bytes(b"as it was read"))
    workspace.shown.update({f"{out}/state.json": stored, "/elsewhere/data.csv": stored})
    ((_, upper),) = make_layers(run_that_wrote(tmp_path / "p", f"{out}/x"), workspace, {}, objects).items()
    assert (upper / "state.json").read_text() == "as it was read"
    assert workspace.shown == {"/elsewhere/data.csv": stored}


def test_settings_that_changed_are_the_programs_own_to_change(tmp_path: Path, workspace: Workspace) -> None:
    objects = Objects(tmp_path / "objects")
    stored = objects.path(objects.add_bytes(b"{}"))
    workspace.shown["/home/a/.tool/state.json"] = stored
    assert make_layers(run_that_wrote(tmp_path / "p"), workspace, {}, objects) == {}
    (own,) = workspace.shown.values()
    own.write_text("changed")
    assert stored.read_text() == "{}"


def test_what_would_lie_in_the_root_itself_has_no_layer(tmp_path: Path) -> None:
    assert can_be_covered(f"{tmp_path}/new/folder/x")
    assert not can_be_covered("/x.txt")
    assert not can_be_covered("/no-such-folder/x.txt")


def test_a_layer_lies_apart_from_what_it_covers(tmp_path: Path) -> None:
    assert apart_from([str(tmp_path / "other")], tmp_path / "home") == tmp_path / "home"
    assert apart_from([str(tmp_path)], tmp_path / "home") != tmp_path / "home"


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("by_link", [False, True])
def test_a_program_that_goes_on_from_a_folder_outside(
    lab: Lab, tmp_path: Path, mounted: None, times: int, by_link: bool
) -> None:
    out = tmp_path / "scratch"
    out.mkdir()
    (lab.folder / "runs").symlink_to(out)
    script = RESUMES.format(out="runs" if by_link else str(out))
    for _ in range(times):
        run = lab.record(script)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert lab.replay(run).verdict == "identical"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(os.listdir(out)) == ["last.pkl", "log.csv"]


def test_the_store_lies_behind_a_link_too(lab: Lab, tmp_path: Path, mounted: None) -> None:
    (tmp_path / "scratch").mkdir()
    (lab.folder / "outputs").symlink_to(tmp_path / "scratch")
    run = lab.record("open('outputs/x.txt', 'w').write(open('train.py').read())\n")
    assert [output.path for output in run.outputs] == ["outputs/x.txt"]
    done = lab.replay(run)
    assert done.verdict == "identical"
    assert "train.py" in done.replay.factors["data"]
