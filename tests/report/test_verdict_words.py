"""The verdict in a sentence, with the numbers behind it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from samerun.record.difference import Difference
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Place, Run
from samerun.record.verdict import VERDICTS, Verdict
from samerun.report.verdict_words import (
    Compared,
    ending,
    metric_change,
    status_tone,
    status_word,
    tone_of,
    verdict_sentence,
    worst_first,
)

RUN = Run("20261121_113000_abc123", "cnn", ["python", "train.py"], Place("/p", "/p"), "finished", 1.8e9, 0, 3.2)


def output(path: str, verdict: Verdict, detail: str = "", *ignored: str) -> OutputComparison:
    below = tuple(Difference(label, "equivalent", volatile="a moment within the run") for label in ignored)
    return OutputComparison(path, "json", verdict, detail, Difference("json", verdict, detail, children=below))


def metric(name: str, verdict: Verdict, a: Any = 1.0, b: Any = 1.0, detail: str = "") -> MetricComparison:
    return MetricComparison(name, verdict, a, b, detail)


def compared(
    verdict: Verdict, outputs: list[OutputComparison] | None = None, metrics: list[MetricComparison] | None = None
) -> Compared:
    return Compared(RUN, replace(RUN, id="20261121_113100_def456"), verdict, outputs or [], metrics or [], [])


def test_identical_counts_everything() -> None:
    five = [output(f"{n}.json", "identical") for n in range(5)]
    twelve = [metric(f"m{n}", "identical") for n in range(12)]
    assert verdict_sentence(compared("identical", five, twelve)) == (
        "identical: all 5 outputs and 12 metrics agree bit for bit"
    )
    assert verdict_sentence(compared("identical", five[:1])) == "identical: the 1 output agrees bit for bit"
    assert "neither left a file" in verdict_sentence(compared("identical"))


def test_equivalent_says_how_many_fields_were_passed_over() -> None:
    outputs = [output("a.json", "equivalent", "", "time", "host"), output("b.json", "identical")]
    assert verdict_sentence(compared("equivalent", outputs)) == (
        "equivalent: all 2 outputs agree in content; 2 fields that follow the time or the place were passed over"
    )


def test_within_tolerance_names_the_lead() -> None:
    outputs = [output("w.npy", "within-tolerance", "largest difference 1e-07 at [3, 0]")]
    assert verdict_sentence(compared("within-tolerance", outputs)) == (
        "within-tolerance: the 1 output agrees within the tolerance; w.npy: largest difference 1e-07 at [3, 0]"
    )


def test_different_names_the_number_that_changed() -> None:
    outputs = [
        output("results/metrics.json", "different", "accuracy 0.9361 -> 0.9333"),
        output("a.csv", "identical"),
        output("b.csv", "different", "row 3"),
    ]
    assert verdict_sentence(compared("different", outputs)) == (
        "different: 2 of 3 outputs differ; results/metrics.json: accuracy 0.9361 -> 0.9333"
    )
    metrics = [metric("acc", "different", 0.93611, 0.93333), metric("loss", "identical")]
    assert verdict_sentence(compared("different", outputs, metrics)) == (
        "different: 2 of 3 outputs and 1 of 2 metrics differ; acc 0.9361 -> 0.9333"
    )
    assert verdict_sentence(compared("different", outputs[:1])).startswith("different: the output differs; results/")


def test_different_without_outputs_is_about_the_end() -> None:
    failed = replace(compared("different"), b=replace(RUN, status="failed", exit_code=3))
    assert verdict_sentence(failed) == "different: the runs ended differently: finished -> failed (3)"


def test_incomplete_says_what_is_missing() -> None:
    outputs = [output("model.pt", "incomplete", "the replay did not write it"), output("a.csv", "identical")]
    assert verdict_sentence(compared("incomplete", outputs)) == (
        "incomplete: 1 of 2 outputs is missing or cannot be compared; model.pt: the replay did not write it"
    )
    failed = replace(compared("incomplete"), b=replace(RUN, status="failed", exit_code=1))
    assert "finished -> failed (1)" in verdict_sentence(failed)
    assert "missing, such as acc" in verdict_sentence(
        compared("incomplete", [], [metric("acc", "incomplete", 1, None)])
    )


@pytest.mark.parametrize("verdict", VERDICTS)
def test_every_verdict_has_a_sentence_and_a_tone(verdict: Verdict) -> None:
    assert verdict_sentence(compared(verdict)).startswith(f"{verdict}: ")
    assert tone_of(verdict) in ("good", "bad")


def test_worst_first_drops_the_identical() -> None:
    outputs = [output("a", "identical"), output("b", "equivalent"), output("c", "incomplete"), output("d", "different")]
    assert [item.path for item in worst_first(outputs)] == ["c", "d", "b"]


def test_metric_change() -> None:
    assert metric_change(metric("acc", "different", 0.5, 0.25)) == "acc 0.5 -> 0.25"
    assert metric_change(metric("acc", "incomplete", 0.5, None)) == "acc 0.5 -> not there"
    assert metric_change(metric("acc", "different", 0.5, 0.5, "3 of 9 steps differ")) == "acc: 3 of 9 steps differ"
    assert "\x1b" not in metric_change(metric("\x1b[31m", "different", "\x1b", "\x9b"))


def test_endings() -> None:
    assert ending(RUN) == "finished"
    assert (status_word("failed", 3), status_word("killed", None), status_word("finished", 0, True)) == (
        "failed (3)", "killed", "damaged",
    )  # fmt: skip
    assert [status_tone(word) for word in ("finished", "failed (3)", "running")] == ["good", "bad", "warn"]


def test_two_runs_that_fail_alike_are_both_named() -> None:
    failed = replace(RUN, status="failed", exit_code=1)
    both = Compared(failed, replace(failed, id="20261121_113100_def456"), "incomplete", [], [], [])
    assert verdict_sentence(both) == "incomplete: neither run reached its end: both failed (1)"
