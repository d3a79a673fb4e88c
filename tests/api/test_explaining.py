"""``explain`` from Python: where the runs come from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun import api
from samerun.api.explaining import _patience
from samerun.errors import BadOption, CannotReplay, RunStillGoing, UnknownRun
from samerun.record.run import Place, Run
from samerun.store import folder
from tests.lab import Lab

SCRIPT = "import sys\nopen('o.txt', 'w').write(sys.argv[1])\n"


def test_the_option_that_made_the_difference(lab: Lab) -> None:
    lab.record(SCRIPT, "1", "x")
    lab.record("", "2", "y")
    said: list[str] = []
    found = api.explain("last~1", "last", progress=said.append)
    assert [(cause.kind, cause.subject, cause.where) for cause in found.causes] == [
        ("arguments", "argument 1", "train.py:2")
    ]
    assert (found.same, found.verdict) == (False, "different")
    assert said[0] == "looking at what differs"
    assert any("as it was" in text for text in said)


def test_the_folder_of_the_user_is_not_touched(lab: Lab) -> None:
    lab.record(SCRIPT, "1")
    lab.record("", "2")
    before = {path: path.read_bytes() for path in lab.folder.glob("*") if path.is_file()}
    api.explain("last~1", "last")
    assert {path: path.read_bytes() for path in lab.folder.glob("*") if path.is_file()} == before


def test_a_run_of_its_own_is_the_same(lab: Lab) -> None:
    run = lab.record(SCRIPT, "1")
    found = api.explain(run.id, run.id)
    assert (found.same, found.replays) == (True, 0)


def test_runs_of_two_stores_are_refused(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = api.find(lab.record(SCRIPT, "1").id).path
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "other"))
    lab.record("", "2")
    with pytest.raises(BadOption, match="different stores"):
        api.explain(str(first), "last")


def test_a_run_that_goes_on_is_refused(lab: Lab) -> None:
    run = lab.record(SCRIPT, "1")
    place = api.store_here().run_folder("x", "20990101_000000_going0").create()
    going = Run(
        place.id, "x", ["python"], Place("/p", "/p"), "running", 4e9, holder=folder.holder(), factors=run.factors
    )
    folder.save(place, going)
    with pytest.raises(RunStillGoing):
        api.explain(run.id, place.id)


def test_a_run_that_is_not_there(lab: Lab) -> None:
    lab.record(SCRIPT, "1")
    with pytest.raises(UnknownRun):
        api.explain("last", "nothing")


def test_data_that_is_gone_is_named(lab: Lab) -> None:
    lab.write(d_csv="1")
    script = "import sys\nopen('o.txt', 'w').write(open('d.csv').read() + sys.argv[1])\n"
    lab.record(script, "1", keep_inputs="never")
    lab.record("", "2", keep_inputs="never")
    lab.write(d_csv="3")
    with pytest.raises(CannotReplay, match=r"d\.csv"):
        api.explain("last~1", "last")


def test_a_trial_may_take_longer_than_the_runs_but_not_for_ever(lab: Lab) -> None:
    runs = [Run("x", "x", [], Place("/", "/"), "finished", 0.0, seconds=each) for each in (None, 3.0)]
    assert _patience(*runs) == 90.0
