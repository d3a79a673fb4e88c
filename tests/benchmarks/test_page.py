"""The page of figures says what was measured and whether it is kept."""

from __future__ import annotations

from benchmarks import measuring, page
from benchmarks.agreement import Agreement
from benchmarks.measuring import Figure


def test_a_row_has_the_ratio_and_the_verdict() -> None:
    kept = Figure("log", "µs", 5.0, 10.0, 10.0, 15.0, "≤ 15 µs")
    missed = Figure("record", "s", 0.02, 0.32, 0.3, 0.15, "added ≤ 0.15 s", "slow disk")
    assert page.row(kept) == "| log | 5 µs | 10 µs | 2.00 | ≤ 15 µs | 10 µs | yes |"
    assert page.row(missed) == "| record | 20 ms | 320 ms | 16.00 | added ≤ 0.15 s | 300 ms | **no** |"
    text = page.text([kept, missed], [])
    assert "- record: slow disk" in text
    assert "strace" not in text


def test_the_readme_gets_the_short_table_between_its_marks() -> None:
    slow = Figure("train", "s", 10.0, 10.5, 0.05, 0.01, "slower ≤ 1 %")
    readme = "# a\n<!-- figures -->\nold\n<!-- /figures -->\nb\n"
    new = page.with_summary(readme, [slow])
    assert "| train | +5.00% (missed) | slower ≤ 1 % |" in new
    assert "old" not in new
    assert new.startswith("# a\n")
    assert new.endswith("\nb\n")
    assert page.with_summary(new, [slow]) == new


def test_long_lists_are_cut() -> None:
    one = Agreement("x", 1, 2, ("a", "b", "c"), (), ("d", "e"), ())
    assert page.agreement_table([one]).splitlines()[-1] == "| x | 1 | 2 | `a`, `b`, `c`, `d` and 1 more | – |"


def test_in_turn_leaves_out_the_first_round() -> None:
    calls: list[str] = []
    results = measuring.in_turn(2, lambda: calls.append("a"), lambda: calls.append("b"))
    assert calls == ["a", "b"] * 3
    assert [len(one) for one in results] == [2, 2]


def test_the_median_of_pairs_lets_a_drift_drop_out() -> None:
    assert measuring.median_of_pairs([1.0, 2.0, 9.0], [1.5, 2.5, 9.5]) == 0.5


def test_a_ratio_is_no_time() -> None:
    one = Figure("save", "s", 0.06, 0.04, 0.6, 1.15, "≤ 1.15 × the other's")
    assert page.held_value(one) == "0.60"
