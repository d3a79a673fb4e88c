"""Outputs held against each other, from the copies in the run folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from samerun.compare.outputs import PRINTED, Side, compare_outputs
from samerun.outputs.comparing import Comparing
from samerun.record.missing import Missing
from samerun.record.output import Output, OutputComparison
from samerun.record.run import Place, Run
from samerun.record.window import Window

EXACT = Comparing(Window(0, 1), Window(0, 1))


def side(folder: Path, *, printed: str | None = None, metrics: dict[str, Any] | None = None, **contents: str) -> Side:
    """Make a run folder with the outputs ``name=content`` (``_`` stands for a dot)."""
    outputs = []
    for name, text in contents.items():
        path = name.replace("_", ".")
        kept = folder / "results" / path
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(text)
        outputs.append(Output(path, "text", len(text), f"hash of {text}", f"results/{path}"))
    if printed is not None:
        (folder / "logs").mkdir(parents=True)
        (folder / "logs" / "stdout.log").write_text(printed)
    run = Run("id", "n", ["a"], Place("/t", "/t"), "finished", 1.0, outputs=outputs, metrics=metrics or {})
    return Side(run, folder)


def verdicts(compared: list[OutputComparison]) -> dict[str, str]:
    return {each.path: each.verdict for each in compared}


def test_each_output_has_its_verdict(tmp_path: Path) -> None:
    a = side(tmp_path / "a", same_txt="x", other_txt="loss 1", gone_txt="x")
    b = side(tmp_path / "b", same_txt="x", other_txt="loss 2", new_txt="x")
    compared = compare_outputs(a, b, EXACT)
    assert verdicts(compared) == {
        "same.txt": "identical",
        "other.txt": "different",
        "gone.txt": "incomplete",
        "new.txt": "different",
    }


def test_equal_hashes_need_no_copies(tmp_path: Path) -> None:
    a, b = (Output("a.txt", "text", 1, "h", Missing("not kept")) for _ in range(2))
    runs = [Run("id", "n", ["a"], Place("/t", "/t"), "finished", 1.0, outputs=[each]) for each in (a, b)]
    compared = compare_outputs(Side(runs[0], tmp_path), Side(runs[1], tmp_path), EXACT)
    assert verdicts(compared) == {"a.txt": "identical"}


def test_two_unknown_hashes_are_not_equal(tmp_path: Path) -> None:
    output = Output("a.txt", "text", 1, Missing("gone"), Missing("it could not be read"))
    run = Run("id", "n", ["a"], Place("/t", "/t"), "finished", 1.0, outputs=[output])
    (compared,) = compare_outputs(Side(run, tmp_path), Side(run, tmp_path), EXACT)
    assert compared.verdict == "different"
    assert "it could not be read" in compared.detail


def test_a_copy_that_is_gone_is_said(tmp_path: Path) -> None:
    a, b = side(tmp_path / "a", x_txt="1"), side(tmp_path / "b", x_txt="2")
    (tmp_path / "b" / "results" / "x.txt").unlink()
    (compared,) = compare_outputs(a, b, EXACT)
    assert compared.verdict == "different"
    assert "gone from the run folder" in compared.detail


@pytest.mark.parametrize("kept", ["/etc/passwd", "../../secret", "link"])
def test_a_record_never_leads_out_of_its_folder(tmp_path: Path, kept: str) -> None:
    (tmp_path / "secret").write_text("secret content")
    a, b = side(tmp_path / "a", x_txt="1"), side(tmp_path / "b", x_txt="2")
    (tmp_path / "b" / "link").symlink_to(tmp_path / "secret")
    b.run.outputs[0] = Output("x.txt", "text", 1, "other", kept)
    (compared,) = compare_outputs(a, b, EXACT)
    assert compared.verdict == "different"
    assert "secret content" not in str(compared)


def test_another_name_is_equivalent_at_best(tmp_path: Path) -> None:
    a, b = side(tmp_path / "a", run1_txt="x"), side(tmp_path / "b", run2_txt="x")
    (compared,) = compare_outputs(a, b, EXACT)
    assert compared.verdict == "equivalent"
    assert "run2.txt" in compared.detail


def test_printed_text_counts_only_where_nothing_else_was_left(tmp_path: Path) -> None:
    a, b = side(tmp_path / "a", printed="loss 1\n"), side(tmp_path / "b", printed="loss 2\n")
    assert verdicts(compare_outputs(a, b, EXACT)) == {PRINTED: "different"}
    assert verdicts(compare_outputs(a, a, EXACT)) == {PRINTED: "identical"}
    with_file = side(tmp_path / "c", printed="loss 1\n", x_txt="1"), side(tmp_path / "d", printed="loss 2\n", x_txt="1")
    assert verdicts(compare_outputs(*with_file, EXACT)) == {"x.txt": "identical"}
    with_metric = (
        side(tmp_path / "e", printed="1", metrics={"m": 1}),
        side(tmp_path / "f", printed="2", metrics={"m": 1}),
    )
    assert compare_outputs(*with_metric, EXACT) == []


def test_printed_text_that_is_lost_is_no_agreement(tmp_path: Path) -> None:
    a, b = side(tmp_path / "a", printed="loss 1\n"), side(tmp_path / "b")
    assert verdicts(compare_outputs(a, b, EXACT)) == {PRINTED: "incomplete"}


def link(target: str) -> Side:
    output = Output("runs/latest", "link", 0, f"hash of {target}", Missing("it is a link"), link=target)
    return Side(Run("id", "n", ["a"], Place("/t", "/t"), "finished", 1.0, outputs=[output]), Path("/none"))


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        ("a", "a", "identical"),
        ("2026-11-21_12-48-21", "2026-11-21_12-48-23", "equivalent"),
        ("exp_3", "exp_4", "equivalent"),
        ("epoch_3.pt", "epoch_4.pt", "different"),
    ],
)
def test_a_link_leads_to_the_same_but_for_the_name_that_each_run_gave_itself(a: str, b: str, verdict: str) -> None:
    assert verdicts(compare_outputs(link(a), link(b), EXACT)) == {"runs/latest": verdict}
