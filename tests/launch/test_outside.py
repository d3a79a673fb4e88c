"""What a run wrote outside of its folder is as it was when it is replayed, and the user's files stay as they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samerun.launch.outside import put_back
from samerun.record.files import FileFact
from samerun.store.objects import Objects
from tests.lab import Lab

RESUMES = """
import os, pickle, random
out = {out!r}
state = pickle.load(open(out + "/last.pkl", "rb")) if os.path.exists(out + "/last.pkl") else 0.0
pickle.dump(state + random.random(), open(out + "/last.pkl", "wb"))
new = not os.path.exists(out + "/log.csv")
with open(out + "/log.csv", "a") as file:
    file.write(("w\\n" if new else "") + str(state) + "\\n")
"""


def test_layers_hold_what_was_there_and_the_rest_is_named(tmp_path: Path) -> None:
    objects = Objects(tmp_path / "objects")
    facts = {
        "/data/out/a.txt": FileFact(3, "outside", hash=objects.add_bytes(b"old"), kept=True, mtime_ns=10**18),
        "/data/out/b.txt": FileFact(9, "outside", why="nothing read it before"),
    }
    layers = {"/data/out": tmp_path / "upper"}
    written = ["/data/out/a.txt", "/data/out/b.txt", "/data/out/sub/c.txt", "/data/outer/d.txt"]
    assert put_back(written, facts, layers, objects) == ["/data/out/sub/c.txt"]
    assert [path.name for path in (tmp_path / "upper").rglob("*")] == ["a.txt"]
    assert (tmp_path / "upper" / "a.txt").read_text() == "old"
    assert (tmp_path / "upper" / "a.txt").stat().st_mtime_ns == 10**18


@pytest.mark.parametrize("times", [1, 2])
def test_a_program_that_goes_on_from_a_folder_outside(lab: Lab, tmp_path: Path, mounted: None, times: int) -> None:
    out = tmp_path / "scratch"
    out.mkdir()
    script = RESUMES.format(out=str(out))
    for _ in range(times):
        run = lab.record(script)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert lab.replay(run).verdict == "identical"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(os.listdir(out)) == ["last.pkl", "log.csv"]
