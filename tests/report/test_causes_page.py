"""The page of ``explain``."""

from __future__ import annotations

from samerun.record.cause import Cause, Explanation, NotCause, Unconfirmed
from samerun.report.causes_page import MOST, cause_lines, explanation_page, listed
from samerun.report.plain_words import unpainted

CAUSE = Cause("arguments", "--lr", "train.py:3", "with only this changed ...", "pass `--lr 0.1`")


def test_a_page_from_top_to_bottom() -> None:
    found = Explanation(
        False, "different", (CAUSE,), (NotCause("code", "plots.py"),), (Unconfirmed("machine", "gpu", "not here"),), 5,
        ("Something to know.",),
    )  # fmt: skip
    assert explanation_page(found) == (
        "explained: this made the difference, confirmed by 5 replays.\n\n"
        "arguments  --lr  train.py:3\n  with only this changed ...\n  do: pass `--lr 0.1`\n\n"
        "Did not matter\n  code  plots.py\n\n"
        "Could not be tried\n  machine  gpu: not here\n\n"
        "Notes\n  Something to know.\n"
    )


def test_several_causes_are_counted() -> None:
    found = Explanation(False, "different", (CAUSE, Cause("seed", "--seed")), replays=1)
    assert explanation_page(found).startswith("explained: these 2 made the difference, confirmed by 1 replay.\n")


def test_nothing_found_and_nothing_to_find() -> None:
    assert explanation_page(Explanation(False, "different", replays=3)).startswith(
        "not explained: no cause was confirmed"
    )
    assert explanation_page(Explanation(True, "identical")).startswith("same: ")


def test_a_cause_without_a_line_evidence_or_advice_is_one_line() -> None:
    assert cause_lines(Cause("seed", "--seed")) == ["seed  --seed"]


def test_what_a_run_says_cannot_steer_the_terminal() -> None:
    lines = cause_lines(Cause("code", "a\x1b[2J.py", "b\x1b.py:1", "c\x1b", "d\x1b"))
    assert not any("\x1b" in line for line in lines)


def test_a_long_list_is_cut() -> None:
    lines = listed("Did not matter", [str(number) for number in range(MOST + 5)], unpainted)
    assert (len(lines), lines[-1]) == (MOST + 2, "  and 5 more")
    assert listed("Nothing", [], unpainted) == []
