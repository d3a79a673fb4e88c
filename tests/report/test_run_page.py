"""The page of ``show``."""

from __future__ import annotations

import math

from msgspec.structs import replace

from samerun.record.files import LockedData
from samerun.record.missing import Missing, NotCaptured
from samerun.record.output import Output
from samerun.record.run import GitState, Place, Run
from samerun.report.plain_words import local_time
from samerun.report.run_page import MOST, Beside, next_step, run_page

NOW = 1_800_000_000.0
RUN = Run(
    "20261121_113000_abc123",
    "cnn",
    ["python", "train.py", "--lr", "0.1"],
    Place("/project", "/project/sub", git=GitState("0123456789abcdef", "main", dirty=True)),
    "finished",
    NOW - 300,
    0,
    200.0,
    tags=["paper"],
    factors={
        "code": {
            "train.py": {"size": 10, "state": "changed", "read": True},
            "new.py": {"size": 10, "state": "untracked"},
            "old.py": {"size": 10, "state": "committed", "read": True},
        },
        "data": {"data/a.csv": {"size": 1_000_000}, "b.csv": {"size": 400_000}},
        "python": {"version": "3.11.9"},
        "package": {"numpy": {"version": "2.0.1"}, "torch": {"version": "2.13.0"}},
        "machine": {"architecture": "x86_64", "cores": 8, "processor": "EPYC", "gpu 0": "H200"},
    },
    outputs=[
        Output("m.json", "json", 120, "aa", "results/m.json"),
        Output("big.bin", "binary", 10**9, "bb", Missing("too big")),
    ],
    metrics={"loss": 0.25, "acc": 0.9361},
    not_captured=[NotCaptured("curl", "no Python process")],
)
BESIDE = Beside(
    "/project/outputs/experiments/cnn/20261121_113000_abc123",
    NOW,
    {"loss": [(0, 0, 4.0), (1, 0, math.nan), (2, 1, 0.25)], "lr": [(0, 0, 0.1), (1, 0, 0.1)]},
)


def test_the_page() -> None:
    assert run_page(RUN, BESIDE) == (
        "20261121_113000_abc123  cnn\n"
        "\n"
        "  command      python train.py --lr 0.1\n"
        "  status       finished after 3 min 20 s\n"
        f"  started      {local_time(NOW - 300)} (5 min ago)\n"
        "  tags         paper\n"
        "  folder       /project/sub\n"
        "  code         commit 0123456789ab on main with 1 changed and 1 untracked file, 2 files read\n"
        "  environment  Python 3.11.9, 2 packages, EPYC (8 cores), H200\n"
        "  inputs       2 files, 1.4 MB; the biggest is data/a.csv, 1.0 MB\n"
        "  kept in      /project/outputs/experiments/cnn/20261121_113000_abc123\n"
        "\n"
        "metrics\n"
        "  loss  0.25          █×▁  3 values, 0.25 to 4\n"
        "  acc   0.9361\n"
        "  lr    0.1           ▄▄  2 values, 0.1 to 0.1\n"
        "\n"
        "outputs\n"
        "  m.json  json, 120 bytes\n"
        "  big.bin  binary, 1.0 GB  (not kept: too big)\n"
        "\n"
        "not captured\n"
        "  curl: no Python process\n"
        "\n"
        "Next: samerun replay 20261121_113000_abc123\n"
    )


def test_a_run_that_holds_nothing_is_a_page_too() -> None:
    bare = Run("x", "", ["true"], Place("/p", "/p", no_git="not in git"), "killed", NOW)
    page = run_page(bare, Beside("/p/x", NOW, problems=["logs/train.log is missing"]))
    assert "damaged\n  logs/train.log is missing" in page
    assert "code         not in git" in page
    assert "metrics" not in page


def test_long_lists_are_cut_unless_all_is_asked_for() -> None:
    run = replace(RUN, outputs=[Output(f"{n}.json", "json", 1, "a", "k") for n in range(MOST + 8)])
    assert "  and 8 more; --all shows them" in run_page(run, BESIDE)
    assert "more; --all" not in run_page(run, BESIDE, everything=True)


def test_the_next_step() -> None:
    assert next_step(replace(RUN, status="running"), BESIDE).startswith("samerun show")
    assert next_step(replace(RUN, status="failed"), BESIDE).endswith("/logs/train.log")
    assert next_step(replace(RUN, parent="p"), BESIDE) == "samerun diff p 20261121_113000_abc123"
    assert "samerun rm" in next_step(RUN, replace(BESIDE, problems=["cut"]))


def test_nothing_of_a_run_is_obeyed() -> None:
    bad = "\x1b]0;x\x07\x9b\u202e\n"
    run = Run(
        bad, bad, [bad], Place(bad, bad, git=GitState(bad, bad)), "finished", NOW, 0, 1.0, bad, [bad],
        {kind: {bad: {"size": 1, "version": bad}, "version": bad} for kind in ("data", "python", "package", "machine")},
        [Output(bad, bad, 1, bad, Missing(bad))], {bad: bad}, [NotCaptured(bad, bad)],
    )  # fmt: skip
    page = run_page(run, Beside(bad, NOW, {bad: [(0, 0, 1.0), (1, 0, 2.0)]}, [bad]))
    assert all(character not in page for character in "\x1b\x07\x9b\u202e")


def test_data_that_was_locked_has_its_line_and_is_no_input_unless_it_was_read() -> None:
    data = {"a.csv": {"size": 5, "read": True, "locked": True}, "b.csv": {"size": 7, "locked": True}}
    lock = LockedData("da\x1bta", "data/data.lock", "/project", "f" * 64, 2, 12)
    page = run_page(replace(RUN, factors={"data": data}, locks=[lock]), BESIDE)
    assert "  inputs       1 file: a.csv, 5 bytes\n" in page
    assert "  locked       da\\x1bta, 2 files, 12 bytes, root ffffffffffffffff\n" in page
