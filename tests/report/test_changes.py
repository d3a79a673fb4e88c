"""Changed factors in plain words."""

from __future__ import annotations

import pytest

from samerun.record.values import Change
from samerun.report.changes import KINDS, change_counts, change_lines, change_text, value_text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("arguments", "--lr", "0.1", "0.2"), "--lr: 0.1 -> 0.2"),
        (Change("arguments", "--amp", None, True), "--amp: not there -> True"),
        (Change("code", "features.py", "aa", "bb", where="features.py"), "features.py: changed"),
        (Change("code", "new.py", None, "bb"), "new.py: only in the second"),
        (Change("data", "old.csv", "aa", None), "old.csv: only in the first"),
        (Change("data", "x.csv", {"missing": "it was overwritten"}, "b"), "x.csv: cannot be told: it was overwritten"),
        (Change("package", "numpy", {"version": "1.26.4"}, {"version": "2.0.1"}), "numpy: 1.26.4 -> 2.0.1"),
        (Change("environment-variable", "X", {"missing": "not set"}, "1"), "X: not set -> 1"),
        (Change("config", "model.layers", [1, 2], [1, 3]), "model.layers: [1, 2] -> [1, 3]"),
        (Change("seed", "--seed", 1, 2, where="train.py:3"), "--seed: 1 -> 2  at train.py:3"),
        (
            Change("os-entropy", "random", "a", "b", note="drawn unseeded"),
            "random: other numbers were drawn  (drawn unseeded)",
        ),
        (Change("machine", "gpu", 0.1, 0.30000000000000004), "gpu: 0.10000000000000001 -> 0.30000000000000004"),
    ],
)
def test_one_change(change: Change, text: str) -> None:
    assert change_text(change) == text


def test_kinds_come_in_their_order_and_long_lists_are_counted() -> None:
    packages = [Change("package", f"p{n}", "1", "2") for n in range(20)]
    lines = change_lines([*packages, Change("code", "a.py", "1", "2"), Change("new-kind", "x", 1, 2)], most=3)
    assert lines == [
        "code", "  a.py: changed",
        "packages", "  p0: 1 -> 2", "  p1: 1 -> 2", "  p2: 1 -> 2", "  and 17 more; --all shows them",
        "new-kind", "  x: 1 -> 2",
    ]  # fmt: skip
    assert len(change_lines(packages, most=None)) == 21


def test_counts_for_a_sentence() -> None:
    changes = [Change("package", "a"), Change("package", "b"), Change("arguments", "--lr"), Change("seed", "--seed")]
    assert change_counts(changes) == "1 argument, 2 packages, seed"


def test_nothing_of_a_run_is_obeyed() -> None:
    hostile = Change("\x1b]0;k\x07", "\x1b[2J", "\x9b31m", {"a": "\u202e"}, where="\x1b", note="\x07")
    assert all(character not in "".join(change_lines([hostile])) for character in "\x1b\x07\x9b\u202e")


def test_values_are_short() -> None:
    assert len(value_text("x" * 10_000)) <= 48
    assert len(value_text({"deep": ["y"] * 10_000})) <= 48


def test_every_kind_has_words() -> None:
    assert all(words and words == words.strip() for words in KINDS.values())
