"""``check`` from Python."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from samerun import api
from samerun.errors import CannotStart, UnknownRun
from samerun.store.layout import StoreLayout
from tests.lab import Lab

DRAWS = "import random\nopen('out.txt', 'w').write(repr(random.random()))\n"


def test_a_command_is_recorded_first_and_its_run_can_be_shown(lab: Lab, mode: str) -> None:
    lab.write(train_py=DRAWS)
    told: list[str] = []
    found = api.check([sys.executable, "train.py"], vary=[], progress=told.append)
    assert [(cause.kind, cause.where) for cause in found.causes] == [("unseeded-python", "train.py:2")]
    assert "fresh copy" in told[0]
    assert told[1] == "run 1: as it is, run 1"
    assert [run.tags for run in api.runs()] == [["check"]]
    assert not (lab.folder / "out.txt").exists()


def test_the_store_can_be_another(lab: Lab, tmp_path: Path) -> None:
    lab.write(train_py="print(1)\n")
    assert api.check([sys.executable, "train.py"], vary=[], layout=StoreLayout(tmp_path / "elsewhere")).reproducible
    assert (tmp_path / "elsewhere").is_dir()
    assert not (lab.folder / "outputs").exists()


def test_plain_runs_are_made_as_often_as_asked(lab: Lab) -> None:
    lab.write(train_py="print(1)\n")
    few = api.check([sys.executable, "train.py"], vary=[])
    many = api.check([sys.executable, "train.py"], vary=[], times=4)
    assert many.replays == few.replays + 2


def test_only_what_is_asked_for_is_varied(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "1")
    lab.write(train_py="print([*{f'word{n}' for n in range(20)}])\n")
    assert api.check([sys.executable, "train.py"], vary=["timezone"]).sensitive_to == ()
    found = api.check([sys.executable, "train.py"], vary=["hash-order"])
    assert [each.kind for each in found.sensitive_to] == ["hash-order"]


def test_what_is_not_there_is_said(lab: Lab) -> None:
    with pytest.raises(UnknownRun):
        api.check(run="last")
    with pytest.raises(CannotStart):
        api.check(["no-such-program-here"])
