"""The page of ``replay``."""

from __future__ import annotations

from msgspec.structs import replace

from samerun.record.difference import Difference
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Place, Run
from samerun.record.values import Change
from samerun.report.plain_words import Tone
from samerun.report.verdict_page import MOST, next_step, verdict_page
from samerun.report.verdict_words import Compared

A = Run("20261121_113000_abc123", "cnn", ["python", "train.py"], Place("/p", "/p"), "finished", 1.8e9, 0, 3.2)
B = replace(A, id="20261121_114000_def456", parent=A.id, seconds=3.4)


def json_output(path: str, verdict: str, detail: str = "") -> OutputComparison:
    child = Difference("finished_at", "equivalent", volatile="a moment within the run")
    tree = Difference("json", verdict, detail, children=(child,))  # type: ignore[arg-type]
    return OutputComparison(path, "json", verdict, detail, tree)  # type: ignore[arg-type]


def test_a_page_of_a_replay_that_agrees() -> None:
    assert verdict_page(Compared(A, B, "equivalent", [json_output("m.json", "equivalent")], [], [])) == (
        "equivalent: the 1 output agrees in content; 1 field that follows the time or the place was passed over\n"
        "\n"
        "  run     20261121_113000_abc123  finished  3.20 s  python train.py\n"
        "  replay  20261121_114000_def456  finished  3.40 s\n"
        "\n"
        "Passed over, because they follow the time or the place\n"
        "  m.json: finished_at (a moment within the run)\n"
        "\n"
        "Next: nothing; the result can be obtained again. samerun show 20261121_114000_def456 shows the replay.\n"
    )


def test_a_page_of_a_replay_that_differs() -> None:
    outputs = [json_output("m.json", "different", "accuracy 0.9 -> 0.8"), json_output("n.json", "equivalent")]
    metrics = [MetricComparison("acc", "different", 0.9, 0.8)]
    factors = [Change("package", "numpy", "1.26.4", "2.0.1")]
    page = verdict_page(Compared(A, B, "different", outputs, metrics, factors, ["the run had 8 processors"]))
    for line in (
        "different: 1 of 2 outputs and the metric differ; acc 0.9 -> 0.8",
        "  m.json (json): accuracy 0.9 -> 0.8",
        "Metrics that differ\n  acc 0.9 -> 0.8",
        "Not as it was when it was recorded\n  packages\n    numpy: 1.26.4 -> 2.0.1",
        "Notes\n  the run had 8 processors",
        "--env rebuild",
    ):
        assert line in page
    assert "n.json (json)" not in page


def test_long_lists_are_counted() -> None:
    outputs = [json_output(f"{n}.json", "different", "x") for n in range(MOST + 5)]
    assert "  and 5 more" in verdict_page(Compared(A, B, "different", outputs, [], []))


def test_the_next_step() -> None:
    failed = replace(B, status="failed", exit_code=1)
    assert next_step(Compared(A, failed, "incomplete", [], [], [])).startswith(f"samerun show {B.id}")
    assert next_step(Compared(A, B, "different", [], [], [])) == f"samerun diff {A.id} {B.id} shows every difference."


def test_the_verdict_is_painted() -> None:
    def paint(text: str, tone: Tone) -> str:
        return f"<{tone}>{text}</>"

    assert verdict_page(Compared(A, B, "identical", [], [], []), paint).startswith("<good>identical</>: both")


def test_nothing_of_a_run_is_obeyed() -> None:
    bad = "\x1b]0;x\x07\x9b\u202e\n"
    run = replace(A, id=bad, command=[bad])
    tree = Difference(bad, "different", bad, children=(Difference(bad, "equivalent", volatile=bad),))
    outputs = [OutputComparison(bad, bad, "different", bad, tree)]
    metrics = [MetricComparison(bad, "different", bad, bad + "2")]
    page = verdict_page(Compared(run, run, "different", outputs, metrics, [Change(bad, bad, bad, 1)], [bad]))
    assert all(character not in page for character in "\x1b\x07\x9b\u202e")
