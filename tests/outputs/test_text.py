from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs import text
from samerun.outputs.comparing import Comparing
from samerun.outputs.text import compare_text, recognises, shown_lines
from samerun.record.difference import Difference
from samerun.record.window import Window

Held = Callable[..., Difference]


@pytest.mark.parametrize("head", [b"", b"loss 0.5\n", "é\r\n".encode(), b"<svg/>", "hé".encode("utf-16")])
def test_recognised(head: bytes) -> None:
    assert recognises(PurePosixPath("train.log"), head)


@pytest.mark.parametrize("head", [b"\x00\x01", b"\x93NUMPY\x01\x00", b"\xff\xfe\x00", b"caf\xe9", b"\x80\x02}"])
def test_neighbours_are_not_recognised(head: bytes) -> None:
    assert not recognises(PurePosixPath("train.log"), head)


def test_a_character_cut_at_the_end_of_the_head_does_no_harm() -> None:
    assert recognises(PurePosixPath("a.txt"), ("x" * 4095 + "é").encode()[:4096])


@pytest.mark.parametrize(
    ("a", "b"),
    [("a\nb\n", "a\r\nb\r\n"), ("a\nb\n", "a\nb"), ("\ufeffa\n", "a\n"), (" 50%\r100%\n", " 10%\r 90%\r100%\n")],
)
def test_line_ends_and_redrawn_progress_are_no_difference(held: Held, comparing: Comparing, a: str, b: str) -> None:
    found = held("a.txt", a, b, comparing)
    assert (found.label, found.verdict, found.children) == ("text", "equivalent", ())


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("loss 0.53 (2.3s)", "loss 0.53 (2.9s)"),
        ("took 3.4 seconds", "took 5 seconds"),
        ("elapsed: 3.21", "elapsed: 4.2"),
        ("12.5 ms", "7 ms"),
        ("Training time: 0:00:12.34", "Training time: 0:00:13.34"),
        ("100%|##| 10/10 [00:02<00:00, 4.5it/s, loss=0.5]", "100%|##| 10/10 [00:03<00:00, 1.2s/it, loss=0.5]"),
        ("10/10 - 0s - 3ms/step - acc: 0.9", "10/10 - 1s - 43ms/step - acc: 0.9"),
        ("2024-06-10 06:13:30,123 INFO x", "2024-06-11 10:00:20,456 INFO x"),
        ("Mon Jun 10 06:13:30 2024", "Tue Jun 11 10:00:30 2024"),
        ("[06:13:30] x", "[10:00:30] x"),
        ("1718000010.5 x", "1718100010.5 x"),
        ("saved /home/u/exp/m.pt", "saved /w/2/m.pt"),
        ("pid 4711 on box", "pid 815 on other"),
        ("iter 0: loss 4.2, time 123.45ms", "iter 0: loss 4.2, time 99.1ms"),
        ("samples/sec: 123.4", "samples/sec: 133.4"),
        ("eta: 1:20:00, time: 0.12", "eta: 1:22:00, time: 0.13"),
        ("I0610 06:13:30.123456 99 a.py:3] x", "I0611 10:00:20.123456 98 a.py:3] x"),
        ("{'train_runtime': 3.2, 'loss': 0.5}", "{'train_runtime': 3.3, 'loss': 0.5}"),
        ("real\t0m3.2s", "real\t0m4.1s"),
        ("t   9.8s", "t  12.3s"),
        ("INFO [4711] start", "INFO [815] start"),
        ("| ms/batch 62.05 | loss 5.1", "| ms/batch 41.54 | loss 5.1"),
    ],
)
def test_times_and_names_of_the_run_are_ignored_and_listed(comparing: Comparing, a: str, b: str) -> None:
    found = compare_text("text", a, b, comparing)
    assert found.verdict == "equivalent"
    assert found.ignored()
    assert "loss" not in {node.label for node in found.ignored()}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("loss 0.53 (2.3s)", "loss 0.54 (2.3s)"),
        ("time_to_target: 12.3s", "time_to_target: 12.4s"),
        ("time steps 100", "time steps 101"),
        ("timeout 5s", "timeout 6s"),
        ("eta 0.3", "eta 0.1"),
        ("took 3 s", "took 300 s"),
        ("2024-06-10 06:13:30 x", "2024-06-12 10:00:20 x"),
        ("saved /home/u/exp/best_3.pt", "saved /w/2/best_5.pt"),
        ("version 1.2.3", "version 1.2.4"),
        ("x = 1.0", "x = 1.00"),
        ("a b", "a  b"),
        ("-0.0", "0.0"),
        ("nan", "0.5"),
        ("epochs 10", "epochs 12"),
        ("epoch [4712] start", "epoch [815] start"),
        ("n 4711 start", "n 815 start"),
        ("100%|##| 10/10 [00:02<00:00, 4.5it/s, loss=0.5]", "100%|##| 10/10 [00:02<00:00, 4.5it/s, loss=0.6]"),
    ],
)
def test_all_else_is_a_difference(comparing: Comparing, a: str, b: str) -> None:
    assert compare_text("text", a, b, comparing).verdict == "different"


def test_the_sentence_and_the_numbers(held: Held, comparing: Comparing) -> None:
    lines = [f"step {step} loss {step / 7:.4f}" for step in range(1, 121)]
    other = [line.replace("loss 0.1429", "loss 0.1420") for line in lines]
    found = held("a.log", "\n".join(lines), "\n".join(other), comparing)
    assert found.detail == "1 of 120 lines differs; first: line 1: loss 0.1429 -> 0.1420 (-0.63 %)"
    assert found.deviation is not None
    assert found.deviation.where == "line 1"
    assert found.deviation.max_abs == pytest.approx(0.0009)
    assert [child.label for child in found.children] == ["line 1"]


def test_tolerance_is_for_numbers_with_a_point(comparing: Comparing, tolerant: Comparing) -> None:
    assert compare_text("text", "loss 0.5001", "loss 0.5", tolerant).verdict == "within-tolerance"
    assert compare_text("text", "loss 0.5001", "loss 0.6", tolerant).verdict == "different"
    assert compare_text("text", "epochs 1000", "epochs 1001", tolerant).verdict == "different"
    assert compare_text("text", "x -0.0", "x 0.0", tolerant).verdict == "within-tolerance"


def test_an_inserted_line_is_the_only_difference(comparing: Comparing) -> None:
    lines = [f"step {step} loss {step / 7:.4f}" for step in range(50)]
    found = compare_text("text", "\n".join(lines), "\n".join([*lines[:20], "warning: odd", *lines[20:]]), comparing)
    assert [child.label for child in found.children] == ["line 21"]
    assert found.children[0].detail == 'only in the second: "warning: odd"'


def test_binary_rubbish_behind_a_textual_head(held: Held, comparing: Comparing) -> None:
    found = held("a.txt", b"x" * 5000 + b"\xff\x00\n1", b"x" * 5000 + b"\xfe\x00\n1", comparing)
    assert found.verdict == "different"
    assert "\x00" not in found.detail


def test_an_empty_file_against_a_full_one(held: Held, comparing: Comparing) -> None:
    assert held("a.txt", b"", b"a\n", comparing).children[0].detail == 'only in the second: "a"'


def test_control_codes_never_reach_the_detail(comparing: Comparing) -> None:
    found = compare_text("text", "\x1b]0;evil\x07 a", "\x1b]0;evil\x07 b", comparing)
    assert all(node.detail.isprintable() for node in found.walk())
    assert all((node.a or "").isprintable() for node in found.walk())


def test_many_differing_lines_are_counted_but_not_all_kept(comparing: Comparing) -> None:
    a, b = ("\n".join(f"a {number}{end}" for number in range(5000)) for end in ("", "5"))
    found = compare_text("text", a, b, comparing)
    assert found.detail.startswith("5,000 of 5,000 lines differ")
    assert len(found.children) == 101


def test_large_texts_are_compared_in_order(held: Held, comparing: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "ALIGNED", 10)
    found = held("a.txt", "one 1\r\ntwo 2\nthree 3\n", "one 1\ntwo 2.5\nthree 3", comparing)
    assert [child.label for child in found.children] == ["line 2"]
    monkeypatch.setattr(text, "LARGEST", 10)
    assert "more than" in held("a.txt", "x" * 50, "y" * 50, comparing).detail


def test_shown_lines() -> None:
    assert shown_lines("a\r b\r\nc\n\nd") == ["b".rjust(2), "c", "", "d"]
    assert shown_lines("") == []


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_compare(a: str, b: str) -> None:
    comparing = Comparing(Window(0, 1), Window(0, 1))
    found = compare_text("text", a, b, comparing)
    if shown_lines(a) == shown_lines(b):
        assert found.verdict == "identical"
    else:
        assert found.verdict != "identical"
        assert found.verdict == compare_text("text", b, a, comparing).verdict
