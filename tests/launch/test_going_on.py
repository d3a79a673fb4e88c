"""Programs that go on from what they left: their replays begin where the recorded run began."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("where", ["project/ckpt", "scratch"])
@pytest.mark.parametrize("times", [1, 2])
def test_a_program_that_goes_on_from_what_it_left(
    lab: Lab, tmp_path: Path, mounted: None, times: int, where: str
) -> None:
    out = tmp_path / where
    out.mkdir()
    script = RESUMES.format(out=str(out))
    for _ in range(times):
        run = lab.record(script)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert lab.replay(run).verdict == "identical"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert sorted(os.listdir(out)) == ["last.pkl", "log.csv"]
