"""A command runs in a fresh copy at the same path, and the user's own folder stays as it was."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from samerun.launch.again import clear
from samerun.launch.found import Request
from samerun.launch.fresh import prepare_fresh
from samerun.launch.launcher import Launched, launch
from samerun.store.layout import StoreLayout
from tests.lab import Lab, git, snapshot

SCRIPT = """
    import os, sys
    from pathlib import Path
    state = Path("state.txt")
    state.write_text(state.read_text() + "x")
    Path("out.txt").write_text(os.getcwd() + " " + Path("notes/a.txt").read_text() + str(sorted(os.listdir())))
"""


def run(lab: Lab, *, cwd: Path | None = None) -> Launched:
    layout = StoreLayout(lab.folder / "outputs" / "experiments")
    again = prepare_fresh(Request([sys.executable, "train.py"]), cwd or lab.folder, os.environ, layout, "0")
    try:
        return launch(again.launch)
    finally:
        clear(again)


def printed(done: Launched, name: str) -> str:
    (output,) = [each for each in done.run.outputs if each.path == name]
    return (done.folder.path / str(output.kept)).read_text()


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize("versioned", [True, False])
def test_the_command_runs_at_the_same_path_and_touches_nothing(lab: Lab, versioned: bool) -> None:
    lab.write(train_py=SCRIPT, state_txt="s", notes__a_txt="note")
    if versioned:
        git(lab.folder, "init", "-q")
    before = snapshot(lab.folder)
    done = run(lab)
    assert done.run.status == "finished", (done.folder.path / "logs" / "train.log").read_text()
    assert snapshot(lab.folder) == before
    assert printed(done, "state.txt") == "sx"
    assert printed(done, "out.txt").startswith(f"{lab.folder} note")
    assert not list((lab.folder / "outputs" / "experiments" / ".samerun" / "workspaces").glob("*"))


def test_the_copy_is_at_another_path_where_nothing_can_be_mounted(lab: Lab, mode: str) -> None:
    lab.write(train_py=SCRIPT, state_txt="s", notes__a_txt="note")
    done = run(lab)
    assert done.run.status == "finished"
    assert printed(done, "out.txt").startswith(str(lab.folder) + " ") is (mode == "mounted")
    assert (lab.folder / "state.txt").read_text() == "s"


@pytest.mark.usefixtures("mounted")
def test_inputs_and_links_are_as_they_are(lab: Lab) -> None:
    lab.write(train_py="open('out.txt', 'w').write(open('link.txt').read() + open('big.bin').read(3))", real_txt="r")
    os.symlink("real.txt", lab.folder / "link.txt")
    with open(lab.folder / "big.bin", "wb") as file:
        file.write(b"big")
        file.truncate(101 << 20)
    done = run(lab)
    assert printed(done, "out.txt") == "rbig"
    assert {"real.txt", "big.bin"} <= set(done.run.factors["data"])
