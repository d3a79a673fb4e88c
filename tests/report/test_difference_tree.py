"""The page of ``diff``."""

from __future__ import annotations

from msgspec.structs import replace

from samerun.record.difference import Difference
from samerun.record.output import MetricComparison, OutputComparison
from samerun.record.run import Place, Run
from samerun.record.values import Change
from samerun.report.difference_tree import DEPTH, MOST, difference_page, tree_lines
from samerun.report.verdict_words import Compared

A = Run("20261121_113000_abc123", "cnn", ["python", "train.py"], Place("/p", "/p"), "finished", 1.8e9, 0, 3.2)
B = replace(A, id="20261121_114000_def456", command=["python", "train.py", "--lr", "0.2"])

TREE = Difference(
    "json",
    "different",
    "accuracy 0.9361 -> 0.9333",
    children=(
        Difference("started", "equivalent", "10:00 -> 10:05", volatile="a moment within the run"),
        Difference("model", "different", children=(Difference("lr", "different", a="0.1", b="0.2"),)),
        Difference("accuracy", "different", "0.9361 -> 0.9333"),
        Difference("extra", "incomplete", a=None, b="1"),
    ),
)


def test_the_worst_branch_comes_first_and_volatile_ones_are_hidden() -> None:
    assert tree_lines(TREE) == [
        "├─ extra: not there -> 1",
        "├─ model",
        "│  └─ lr: 0.1 -> 0.2",
        "└─ accuracy: 0.9361 -> 0.9333",
    ]
    assert tree_lines(TREE, everything=True)[-1] == (
        "└─ started: 10:00 -> 10:05 (passed over: a moment within the run)"
    )


def test_long_lists_are_cut_with_a_count() -> None:
    many = Difference("csv", "different", children=tuple(Difference(f"row {n}", "different") for n in range(49)))
    assert tree_lines(many)[-1] == f"└─ and {49 - MOST} more; --all shows them"
    assert len(tree_lines(many)) == MOST + 1
    assert len(tree_lines(many, everything=True)) == 49


def test_deep_trees_are_cut() -> None:
    node = Difference("leaf", "different")
    for level in range(30):
        node = Difference(f"level {level}", "different", children=(node,))
    assert len(tree_lines(node)) == DEPTH + 1
    assert len(tree_lines(node, everything=True)) == 30


def test_what_was_said_is_not_said_again() -> None:
    tree = Difference("json", "different", "loss: 1 -> 2", children=(Difference("loss", "different", "1 -> 2"),))
    outputs = [OutputComparison("m.json", "json", "different", "loss: 1 -> 2", tree)]
    metrics = [MetricComparison("loss", "different", 1, 2, "1 of 1 points differ")]
    page = difference_page(Compared(A, B, "different", outputs, metrics, []))
    assert page.count("loss: 1 -> 2") == 1
    assert "points" not in page
    rows = Difference("loss", "different", "1 -> 2", children=(Difference("row 7", "different", "1 -> 2"),))
    page = difference_page(
        Compared(A, B, "different", [replace(outputs[0], difference=replace(tree, children=(rows,)))], [], [])
    )
    assert "loss: 1 -> 2\n    └─ row 7: 1 -> 2\n" in page


def test_what_a_comparison_counted_stands_without_a_label() -> None:
    tree = Difference("csv", "different", children=(Difference("...", "different", "and 130 more like these"),))
    assert tree_lines(tree) == ["└─ and 130 more like these"]


def test_the_page() -> None:
    outputs = [
        OutputComparison("a.csv", "csv", "identical", "", Difference("csv", "identical")),
        OutputComparison("results/metrics.json", "json", "different", "accuracy 0.9361 -> 0.9333", TREE),
    ]
    metrics = [MetricComparison("acc", "different", 0.9361, 0.9333, "2 of 9 steps differ")]
    factors = [Change("package", "numpy", "1", "2"), Change("arguments", "--lr", None, "0.2")]
    page = difference_page(Compared(A, B, "different", outputs, metrics, factors, ["one note"]))
    assert page == (
        "different: 1 of 2 outputs and the metric differ; acc 0.9361 -> 0.9333\n"
        "\n"
        "  a  20261121_113000_abc123  finished  python train.py\n"
        "  b  20261121_114000_def456  finished  python train.py --lr 0.2\n"
        "\n"
        "outputs\n"
        "  results/metrics.json (json)  different  accuracy 0.9361 -> 0.9333\n"
        "    ├─ extra: not there -> 1\n"
        "    ├─ model\n"
        "    │  └─ lr: 0.1 -> 0.2\n"
        "    └─ accuracy: 0.9361 -> 0.9333\n"
        "  1 output identical\n"
        "\n"
        "metrics\n"
        "  acc 0.9361 -> 0.9333  (2 of 9 steps differ)\n"
        "\n"
        "what changed between them\n"
        "  arguments\n"
        "    --lr: not there -> 0.2\n"
        "  packages\n"
        "    numpy: 1 -> 2\n"
        "\n"
        "notes\n"
        "  one note\n"
    )


def test_nothing_changed_is_said() -> None:
    page = difference_page(Compared(A, B, "identical", [], [], []))
    assert "nothing that was recorded" in page


def test_nothing_of_a_run_is_obeyed() -> None:
    bad = "\x1b]0;x\x07\x9b\u202e\n"
    tree = Difference(bad, "different", bad, bad, bad, children=(Difference(bad, "different", "", bad, None),))
    run = replace(A, id=bad, name=bad, command=[bad])
    outputs = [OutputComparison(bad, bad, "different", bad, tree)]
    metrics = [MetricComparison(bad, "different", bad, 1, bad)]
    page = difference_page(Compared(run, run, "different", outputs, metrics, [Change("x", bad, bad, 1)], [bad]), True)
    assert all(character not in page for character in "\x1b\x07\x9b\u202e")
