"""``samerun ls``."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from samerun.record.run import Run
from samerun.store.layout import StoreLayout

Samerun = Callable[..., Any]
MakeRun = Callable[..., Run]


def ids(answer: Any) -> list[str]:
    return [row["id"] for row in answer.document["runs"]]


def test_an_empty_store_says_how_to_begin(samerun: Samerun) -> None:
    answer = samerun("ls")
    assert (answer.status, answer.out) == (0, "")
    assert "samerun record -- python train.py" in answer.err
    assert samerun("ls", "--json").document == {"schema": "samerun.runs/1", "runs": []}


def test_newest_first_and_as_json(samerun: Samerun, make_run: MakeRun) -> None:
    old, new = make_run(1, metrics={"acc": 0.5}), make_run(2, tags=["paper"], command=["python", "t.py", "--lr", "0.1"])
    answer = samerun("ls", "--json")
    assert answer.document["schema"] == "samerun.runs/1"
    assert ids(answer) == [new.id, old.id]
    assert answer.document["runs"][0] == {
        "id": new.id, "name": "cnn", "status": "finished", "started": "2027-01-15T08:00:02.000Z", "seconds": 1.5,
        "exit_code": 0, "parent": None, "tags": ["paper"], "metrics": {}, "arguments": {"lr": 0.1}, "problems": [],
    }  # fmt: skip
    page = samerun("ls").out
    assert page.index(new.id) < page.index(old.id)
    assert "\x1b" not in page


def test_sort_where_and_n(samerun: Samerun, make_run: MakeRun) -> None:
    runs = {number: make_run(number, metrics={"acc": number / 10}, name=f"net{number % 2}") for number in range(1, 7)}
    runs[7] = make_run(7, status="failed", exit_code=3)
    assert ids(samerun("ls", "--json", "--sort", "-metrics.acc", "-n", "2")) == [runs[6].id, runs[5].id]
    assert ids(samerun("ls", "--json", "--sort", "metrics.acc"))[-1] == runs[7].id
    found = samerun("ls", "--json", "--where", "metrics.acc > 0.3 and name ~ 'NET0' and status == 'finished'")
    assert ids(found) == [runs[6].id, runs[4].id]
    assert ids(samerun("ls", "--json", "--where", "started < '2027-01-15T08:00:02'")) == [runs[1].id]
    assert "failed (3)" in samerun("ls", "--where", "exit_code == 3").out


def test_what_was_asked_for_is_shown(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, metrics={"acc": 1, "loss": 2, "f1": 3, "zeta/one": 4})
    assert "zeta/one" not in samerun("ls").out
    assert "zeta/one" in samerun("ls", "--where", "metrics.`zeta/one` > 1").out
    assert "zeta/one" in samerun("ls", "--sort", "`metrics.zeta/one`").out


def test_nothing_matches(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1)
    answer = samerun("ls", "--where", "name == 'other'")
    assert (answer.status, answer.out) == (0, "")
    assert "none of 1 run matches" in answer.err


def test_a_page_is_short_unless_all_is_asked_for(samerun: Samerun, make_run: MakeRun) -> None:
    for number in range(1, 25):
        make_run(number)
    answer = samerun("ls")
    assert answer.out.count("\n") == 21
    assert "4 more; --all lists them" in answer.err
    assert samerun("ls", "--all").out.count("\n") == 25
    assert len(ids(samerun("ls", "--json"))) == 24


def test_csv(samerun: Samerun, make_run: MakeRun) -> None:
    make_run(1, name="=cmd", metrics={"acc": -0.5})
    (row,) = csv.DictReader(io.StringIO(samerun("ls", "--csv").out))
    assert row["metrics.acc"] == "-0.5"
    assert row["started"] == "2027-01-15T08:00:01.000Z"
    assert row["name"] == "'=cmd"


@pytest.mark.parametrize(
    "arguments",
    [
        ("--where", "metrics.acc >"),
        ("--where", "accuracy > 1"),
        ("--where", "__import__('os').system('id') == 0"),
        ("--sort", "metric.acc"),
        ("--json", "--csv"),
        ("-n", "0"),
    ],
)
def test_what_cannot_be_read_is_a_sentence_and_status_2(samerun: Samerun, arguments: tuple[str, ...]) -> None:
    answer = samerun("ls", *arguments)
    assert answer.status == 2
    assert answer.err.startswith("samerun: ")
    assert len(answer.err.splitlines()) == 2


def test_an_error_as_json(samerun: Samerun) -> None:
    answer = samerun("ls", "--json", "--where", "metrics.acc >")
    assert answer.status == 2
    assert answer.document["schema"] == "samerun.error/1"
    assert "column 14" in answer.document["error"]
    assert answer.document["next"]


def test_one_damaged_run_hides_no_other(samerun: Samerun, store: StoreLayout, make_run: MakeRun) -> None:
    whole, damaged = make_run(1), make_run(2)
    store.run_folder("cnn", damaged.id).record.write_bytes(b"\x00\xff")
    answer = samerun("ls")
    assert whole.id in answer.out
    assert "damaged" in answer.out
    assert samerun("ls", "--json").document["runs"][0]["problems"]


def test_nothing_of_a_run_reaches_the_terminal(samerun: Samerun, make_run: MakeRun) -> None:
    bad = "\x1b]0;x\x07\x9b\u202e"
    make_run(1, metrics={bad: 1.0}, tags=[bad], command=["python", "t.py", f"--a={bad}"], status="failed", exit_code=1)
    for arguments in (("ls",), ("ls", "--csv"), ("ls", "--json")):
        assert all(character not in samerun(*arguments).out for character in "\x1b\x07\x9b\u202e")


def test_a_thousand_runs_are_quick(samerun: Samerun, store: StoreLayout, make_run: MakeRun) -> None:
    template = make_run(1, metrics={"acc": 0.5, "loss": 0.1}).id
    text = store.run_folder("cnn", template).record.read_text()
    for number in range(1000):
        run_id = f"20260101_000000_{number:06d}"
        place = store.root / "cnn" / run_id
        place.mkdir()
        (place / "run.json").write_text(text.replace(template, run_id))
    samerun("ls")
    start = time.perf_counter()
    command = [sys.executable, "-m", "samerun.cli.main", "ls", "--sort", "-metrics.acc", "--all"]
    done = subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0
    assert done.stdout.count(b"\n") == 1002
    assert time.perf_counter() - start < 12.0
