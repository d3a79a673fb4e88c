"""Lines as programs print them: what of two runs counts, what does not, and what is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from samerun.outputs.comparing import Comparing
from samerun.outputs.lines import compare_line
from samerun.record.window import Window

# A minute from 2024-06-10 06:13:20 UTC, and fifty seconds from 2024-06-11 10:00:00 UTC.
FIRST = Window(1718e6, 1718e6 + 60, "box", frozenset({4711}), ("/home/u/exp", "/tmp/r1"), "20240610_061320_abc123")
SECOND = Window(17181e5, 17181e5 + 50, "other", frozenset({815}), ("/w/2", "/tmp/r2"), "20240611_100000_def456")
COMPARING = Comparing(FIRST, SECOND)


def verdict(a: str, b: str, comparing: Comparing = COMPARING) -> str:
    return compare_line("line 1", a, b, comparing).verdict


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("2024-06-10 06:13:30 INFO start", "2024-06-11 10:00:05 INFO start"),
        ("[06:13:30] epoch 1", "[10:00:05] epoch 1"),
        ("I0610 06:13:30.123456   4711 train.py:3] hi", "I0611 10:00:05.654321   4711 train.py:3] hi"),
        ("100%|###| 10/10 [00:02<00:00, 4.5it/s]", "100%|###| 10/10 [00:03<00:00, 3.1it/s]"),
        ("epoch 3 took 2.3s", "epoch 3 took 4.1s"),
        ("ETA: 0:10:00", "ETA: 0:20:00"),
        ("eta 5 min", "eta 9 min"),
        ("saved to /home/u/exp/out.pt", "saved to /w/2/out.pt"),
        ("worker on box ready", "worker on other ready"),
        ("run 20240610_061320_abc123 done", "run 20240611_100000_def456 done"),
        ("[4711] loss 0.5", "[815] loss 0.5"),
        ("pid: 4711", "pid: 815"),
        ("started at 1718000010.25", "started at 1718100005.5"),
        ("samples/sec = 512.3", "samples/sec = 498.1"),
        ("cache /tmp/tmpabcd1234/x", "cache /tmp/tmpzz00zz00/x"),
        ("time: 3.5", "time: 4.5"),
        ("step_time_ms=35", "step_time_ms=45"),
        ("1718000010 INFO", "1718100005 INFO"),
    ],
)
def test_what_is_the_runs_own_does_not_count(a: str, b: str) -> None:
    found = compare_line("line 1", a, b, COMPARING)
    assert found.verdict == "equivalent"
    assert found.ignored()
    assert (found.a, found.b) == (a, b)
    assert verdict(b, a, Comparing(SECOND, FIRST)) == "equivalent"


@pytest.mark.parametrize(
    ("a", "b", "detail"),
    [
        ("acc: 0.5", "acc: 0.75", "acc 0.5 -> 0.75 (+50 %)"),
        ("epoch 3", "epoch 4", "epoch 3 -> 4 (+33 %)"),
        ("a b", "a  b", "only white space differs"),
        ("x 1", "x 1.0", "x 1 -> 1.0 (the same number, written differently)"),
        ("v1.2.3", "v1.2.4", "version v1.2.3 -> v1.2.4"),
        ("yes!", "yes?", "yes ! -> ?"),
        ("loss nan", "loss inf", "loss nan -> inf"),
        ("1, 2 and 3", "1, 5 and 3", "number 2 -> 5 (+150 %)"),
    ],
)
def test_what_counts_is_said_with_its_name(a: str, b: str, detail: str) -> None:
    found = compare_line("line 1", a, b, COMPARING)
    assert (found.verdict, found.detail) == ("different", detail)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("2024-06-09 06:13:30 start", "2024-06-11 10:00:05 start"),  # before the run
        ("took 2.3s", "took 900s"),  # longer than the run
        ("saved to /home/u/exp/out.pt", "saved to /w/2/other.pt"),
        ("[99] x", "[98] x"),
        ("[4711] x", "[816] x"),  # no process of the run
        ("time_to_target: 3.5", "time_to_target: 4.5"),
        ("timeout: 3 s", "timeout: 4 s"),
        ("worker on box ready", "worker on third ready"),
        ("mailbox full", "mailother full"),
        ("at 0.5", "at 0.25"),
        ("1618000010 users", "1718100005 users"),
    ],
)
def test_what_only_looks_like_it_counts(a: str, b: str) -> None:
    assert verdict(a, b) == "different"


@pytest.mark.parametrize(("a", "b", "expected"), [(7, 8, "different"), (99, 98, "different"), (100, 101, "equivalent")])
def test_a_small_number_in_brackets_is_no_process_even_if_there_was_one(a: int, b: int, expected: str) -> None:
    comparing = Comparing(replace(FIRST, pids=frozenset({a})), replace(SECOND, pids=frozenset({b})))
    assert verdict(f"[{a}] x", f"[{b}] x", comparing) == expected


@pytest.mark.parametrize(
    ("a", "b", "rtol", "atol", "expected"),
    [
        ("loss 1.000", "loss 1.005", 0.01, 0.0, "within-tolerance"),
        ("loss 1.000", "loss 1.005", 0.0, 0.01, "within-tolerance"),
        ("loss 1.000", "loss 1.005", 0.0, 0.0, "different"),
        ("loss 1.000", "loss 1.05", 0.01, 0.0, "different"),
        ("loss 1e-3", "loss 1.001e-3", 0.01, 0.0, "within-tolerance"),
        ("loss nan", "loss 1.0", 0.01, 0.01, "different"),
        ("epoch 1000", "epoch 1001", 0.01, 0.0, "different"),  # counts are exact
        ("loss 1.0 acc 0.5", "loss 1.001 acc 0.9", 0.01, 0.0, "different"),
    ],
)
def test_tolerances_are_for_measured_numbers(a: str, b: str, rtol: float, atol: float, expected: str) -> None:
    comparing = replace(COMPARING, rtol=rtol, atol=atol)
    assert verdict(a, b, comparing) == verdict(b, a, comparing) == expected


@pytest.mark.parametrize(("pattern", "expected"), [("gpu_*", "equivalent"), ("*", "equivalent"), ("cpu", "different")])
def test_declared_names_are_patterns(pattern: str, expected: str) -> None:
    assert verdict("gpu temp: 61", "gpu temp: 64", replace(COMPARING, volatile_names=(pattern,))) == expected


def test_the_first_of_the_worst_is_said_and_all_are_kept() -> None:
    found = compare_line("line 1", "took 2s loss 0.5 acc 0.5", "took 3s loss 0.25 acc 0.75", COMPARING)
    assert found.detail == "loss 0.5 -> 0.25 (-50 %)"
    assert [child.label for child in found.children] == ["took", "loss", "acc"]
    assert found.deviation is not None
    assert found.deviation.max_abs == 0.25


def test_many_differing_tokens_are_counted_only() -> None:
    a, b = (" ".join(str(number + shift) for number in range(50)) for shift in (0, 100))
    found = compare_line("line 1", a, b, COMPARING)
    assert found.children[-1].label == "..."
    assert len(found.children) == 21


def test_control_characters_are_shown_as_escapes() -> None:
    found = compare_line("line 1", "a\x1b[31m 1", "a\x1b[31m 2", COMPARING)
    assert (found.a or "").isprintable()
    assert found.detail.endswith("1 -> 2 (+100 %)")


LINES = st.lists(
    st.sampled_from(
        ["loss", "0.5", "1e-3", "nan", "took 2.3s", "[4711]", "06:13:30", "box", "/home/u/exp", "eta", "1718000010"]
        + [":", "=", "  ", "%", "7", "-1", "time", "it/s", "\x1b[0m"]
    ),
    max_size=6,
).map(" ".join)


@settings(deadline=None, max_examples=150)
@given(LINES, LINES)
def test_a_line_is_itself_and_the_judgement_has_no_direction(a: str, b: str) -> None:
    assert verdict(a, a) == "identical"
    assert verdict(a, b) == verdict(b, a, Comparing(SECOND, FIRST))
    found = compare_line("line 1", a, b, COMPARING)
    assert found.verdict == "identical" or (found.a is not None and found.detail + found.volatile)
