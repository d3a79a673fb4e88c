"""The table of ``ls`` and its CSV."""

from __future__ import annotations

import csv
import io
import time
from typing import Any

from samerun.report.plain_words import Tone
from samerun.report.run_table import main_metrics, run_csv, run_table

NOW = 1_800_000_000.0


def row(**more: Any) -> dict[str, Any]:
    plain = {
        "id": "20261121_113000_abc123",
        "name": "cnn",
        "status": "finished",
        "started": NOW - 300,
        "seconds": 3.21,
        "exit_code": 0,
        "parent": None,
        "tags": [],
        "metrics": {},
        "arguments": {},
        "problems": [],
    }
    return {**plain, **more}


def test_the_table() -> None:
    rows = [
        row(metrics={"acc": 0.93611, "loss": 0.25, "epoch": 3}, tags=["paper"]),
        row(id="20261121_112000_def456", name="a" * 40, status="failed", exit_code=3, metrics={"acc": -1.5}),
        row(id="20261121_111000_ghi789", name="", status="running", seconds=None, problems=["cut"]),
    ]
    assert run_table(rows, NOW) == (
        "id                      name                      status           when    took     acc  loss  epoch  tags\n"
        "20261121_113000_abc123  cnn                       finished    5 min ago  3.21 s  0.9361  0.25      3  paper\n"
        "20261121_112000_def456  aaaaaaaaaaaa…aaaaaaaaaaa  failed (3)  5 min ago  3.21 s    -1.5\n"
        "20261121_111000_ghi789                            damaged     5 min ago\n"
    )


def test_tags_have_a_column_only_where_there_are_any() -> None:
    assert "tags" not in run_table([row()], NOW)


def test_metrics_that_were_asked_for_come_first() -> None:
    rows = [row(metrics={"acc": 1, "loss": 1, "f1": 1, "zeta": 1, "text": "x" * 99, "deep": {"a": 1}})]
    assert main_metrics(rows) == ["f1", "acc", "loss"]
    assert main_metrics(rows, ["zeta", "not there"])[0] == "zeta"


def test_only_what_is_not_well_is_painted() -> None:
    def paint(text: str, tone: Tone) -> str:
        return f"<{tone}>{text}</>"

    table = run_table([row(), row(status="killed")], NOW, paint=paint)
    assert "<bad>killed</>" in table
    assert "<good>" not in table


def test_nothing_of_a_run_is_obeyed() -> None:
    bad = "\x1b]0;x\x07\x9b\u202e\n"
    rows = [row(id=bad, name=bad, tags=[bad], metrics={bad: bad}, status=bad)]
    assert all(character not in run_table(rows, NOW) for character in "\x1b\x07\x9b\u202e")
    assert all(character not in run_csv(rows, str) for character in "\x1b\x07\x9b\u202e")


def test_csv_holds_all_metrics_and_arguments_and_no_formula() -> None:
    rows = [
        row(name="=cmd()", metrics={"acc": -0.5}, arguments={"--lr": "0.1", "note": "@x"}, tags=["a", "b"]),
        row(metrics={"loss": 1e-7}),
    ]
    heads, first, second = csv.reader(io.StringIO(run_csv(rows, lambda moment: "then")))
    assert heads[-4:] == ["metrics.acc", "metrics.loss", "arguments.--lr", "arguments.note"]
    assert first[1] == "'=cmd()"
    assert first[3] == "then"
    assert first[7] == "a b"
    assert first[-4:] == ["-0.5", "", "0.1", "'@x"]
    assert float(second[-3]) == 1e-7


def test_ten_thousand_rows_are_quick() -> None:
    rows = [row(metrics={"acc": n / 7, "loss": 1.0}) for n in range(10_000)]
    start = time.perf_counter()
    assert run_table(rows, NOW).count("\n") == 10_001
    assert time.perf_counter() - start < 8.0
