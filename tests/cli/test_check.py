"""``samerun check``, on real small scripts: the page, the document, the status."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samerun.launch.again import can_mount

Samerun = Callable[..., Any]

UNSEEDED = "import random\nopen('out.txt', 'w').write(repr(random.random()))\n"
STEADY = "open('out.txt', 'w').write('1')\n"


@pytest.fixture(autouse=True)
def mounted() -> None:
    if not can_mount():
        pytest.skip("no mount namespaces here")


def check(samerun: Samerun, script: str, *options: str) -> Any:
    Path("train.py").write_text(script)
    return samerun("check", *options, "--", sys.executable, "train.py")


def test_a_script_that_repeats_itself_is_status_0(samerun: Samerun) -> None:
    answer = check(samerun, STEADY)
    assert answer.status == 0
    assert "Reproducible as it is:   yes" in answer.out
    assert "Makes no difference" in answer.out
    assert not Path("out.txt").exists()


def test_a_cause_is_status_1_with_its_line_and_advice(samerun: Samerun) -> None:
    answer = check(samerun, UNSEEDED)
    assert answer.status == 1
    assert "Reproducible as it is:   no" in answer.out
    assert "Reproducible, recorded:  yes" in answer.out
    assert "unseeded-python  python  train.py:2" in answer.out
    assert "  do: seed it" in answer.out


def test_the_document(samerun: Samerun) -> None:
    document = check(samerun, UNSEEDED, "--json").document
    assert document["schema"] == "samerun.check/1"
    assert (document["reproducible"], document["reproducible_when_recorded"]) == (False, True)
    (cause,) = document["causes"]
    assert set(cause) == {"kind", "subject", "where", "evidence", "advice"}
    assert (document["sensitive_to"], document["unconfirmed"]) == ([], [])
    assert document["replays"] > 0


def test_what_it_is_sensitive_to_leaves_the_status_0(samerun: Samerun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "3")
    answer = check(samerun, "open('o.txt', 'w').write(repr([*{f'w{n}' for n in range(20)}]))\n")
    assert answer.status == 0
    assert "sensitive to hash-order  PYTHONHASHSEED  train.py:1" in answer.out


def test_a_run_can_stand_in_the_place_of_the_command(samerun: Samerun) -> None:
    Path("train.py").write_text(UNSEEDED)
    samerun("record", "--", sys.executable, "train.py")
    assert samerun("check", "last", "--json").document["causes"][0]["where"] == "train.py:2"


def test_a_command_of_one_word_stands_behind_two_dashes(samerun: Samerun) -> None:
    script = Path("train.sh")
    script.write_text("#!/bin/sh\necho 1 > out.txt\n")
    script.chmod(0o755)
    assert samerun("check", "--", "./train.sh").status == 0
    assert samerun("check", "train.sh").status == 2


@pytest.mark.parametrize(
    ("script", "words"),
    [("raise SystemExit(4)", "fails (4) as it is"), ("input()", "somebody at a terminal")],
)
def test_what_cannot_be_checked_is_status_2_with_a_sentence(samerun: Samerun, script: str, words: str) -> None:
    answer = check(samerun, script)
    assert answer.status == 2
    assert words in answer.err
    assert answer.out == ""


def test_one_that_never_ends(samerun: Samerun) -> None:
    answer = check(samerun, "import time\ntime.sleep(100)\n", "--timeout", "1")
    assert answer.status == 2
    assert "did not end within 1 seconds" in answer.err


def test_runs_that_are_spent_are_said(samerun: Samerun) -> None:
    document = check(samerun, STEADY, "--json", "--max-replays", "1").document
    assert document["reproducible"] is None
    assert document["replays"] == 1
    assert "as many as were allowed" in document["notes"][0]


def test_a_metric_alone_can_count(samerun: Samerun) -> None:
    script = "import json, random\njson.dump({'acc': 0.5, 'noise': random.random()}, open('metrics.json', 'w'))\n"
    assert check(samerun, script).status == 1
    assert check(samerun, script, "--metric", "acc").status == 0
