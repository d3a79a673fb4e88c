"""``data_of``: a real pipeline, asked from every side."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from samerun import api
from samerun.basics.hashing import hash_bytes
from samerun.errors import MissingData
from samerun.record.run import Run
from tests.lab import Lab

CLEAN = "t = open('raw.csv').read(); open('clean.csv', 'w').write(t.upper())\n"
TRAIN = "import sys; t = open('clean.csv').read(); open('model.txt', 'w').write(t + sys.argv[1])\n"


@pytest.fixture
def pipeline(lab: Lab) -> dict[str, Run]:
    """Record a cleaning and two trainings."""
    lab.write(pyproject_toml="", raw_csv="raw")
    clean = lab.record(CLEAN)
    return {"clean": clean, "one": lab.record(TRAIN, "1"), "two": lab.record(TRAIN, "2")}


def who(found: api.Lineage, role: str) -> list[str]:
    return [use.run for use in found.uses if use.role == role]


def test_a_file_by_its_content(pipeline: dict[str, Run]) -> None:
    shutil.copy("clean.csv", "copy of it")
    for name in ("clean.csv", "copy of it", os.path.abspath("clean.csv")):
        found = api.data_of(name)
        assert who(found, "wrote") == [pipeline["clean"].id]
        assert who(found, "read") == [pipeline["two"].id, pipeline["one"].id]
        assert found.hashes == (hash_bytes(b"RAW"),)
        assert {Path(use.path).name for use in found.back} == {"clean.csv", "raw.csv"}
        assert {Path(use.path).name for use in found.forth} == {"clean.csv", "model.txt"}
        assert set(found.runs) == {run.id for run in pipeline.values()}


def test_a_file_that_is_gone_is_known_by_its_path(pipeline: dict[str, Run]) -> None:
    os.unlink("model.txt")
    found = api.data_of("model.txt")
    assert who(found, "wrote") == [pipeline["two"].id, pipeline["one"].id]
    assert found.hashes == (hash_bytes(b"RAW2"), hash_bytes(b"RAW1")), "every content that was there, the newest first"


def test_a_file_that_was_changed_since(pipeline: dict[str, Run]) -> None:
    Path("clean.csv").write_text("by hand")
    found = api.data_of("clean.csv")
    assert (found.uses, found.hashes) == ((), (hash_bytes(b"by hand"),))
    assert {(use.role, use.hash) for use in found.elsewhere} == {
        ("wrote", hash_bytes(b"RAW")),
        ("read", hash_bytes(b"RAW")),
    }
    assert {use.run for use in found.elsewhere} == set(found.runs)


def test_a_run(pipeline: dict[str, Run]) -> None:
    one = pipeline["one"].id
    for name in (one, "last~1", one[-6:]):
        found = api.data_of(name)
        assert found.run == one
        assert {(use.role, Path(use.path).name) for use in found.uses} == {
            ("read", "clean.csv"),
            ("wrote", "model.txt"),
        }
        assert pipeline["clean"].id in found.runs


def test_the_first_digits_of_a_hash(pipeline: dict[str, Run]) -> None:
    assert who(api.data_of(hash_bytes(b"RAW1")[:12]), "wrote") == [pipeline["one"].id]


def test_a_replay_is_listed_and_leads_no_further(lab: Lab, pipeline: dict[str, Run]) -> None:
    again = lab.replay(pipeline["one"]).replay
    found = api.data_of(hash_bytes(b"RAW1"))
    assert set(who(found, "wrote")) == {pipeline["one"].id, again.id}
    assert again.id not in {use.run for use in found.back}


@pytest.mark.parametrize("name", ["nothing", "deadbeef", "", "a\nb"])
def test_what_nobody_knows(pipeline: dict[str, Run], name: str) -> None:
    with pytest.raises(MissingData, match="no run here knows"):
        api.data_of(name)


@pytest.mark.parametrize("name", [".", "/dev/null"])
def test_what_is_there_and_is_no_file(pipeline: dict[str, Run], name: str) -> None:
    with pytest.raises(MissingData, match="is no file"):
        api.data_of(name)


def test_a_secret_is_found_by_its_mark(lab: Lab) -> None:
    lab.write(pyproject_toml="", settings_txt="TOKEN=ghp_" + "a1B2" * 9 + "\n")
    run = lab.record("open('settings.txt').read()\n")
    found = api.data_of("settings.txt")
    assert who(found, "read") == [run.id]


def test_without_any_run(lab: Lab) -> None:
    lab.write(a_txt="a")
    found = api.data_of("a.txt")
    assert (found.uses, found.elsewhere) == ((), ())
    assert not Path("outputs").exists(), "asking makes no store"


def test_a_pipe_is_no_file(lab: Lab) -> None:
    os.mkfifo("pipe")
    with pytest.raises(MissingData):
        api.data_of("pipe")
