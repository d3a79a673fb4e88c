from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.showing import WIDTH, by_how_much, change, clean, count, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1, "0.1"),
        (None, "None"),
        ("a\nb", '"a\\nb"'),
        ({"a": 1}, "{1 keys}"),
        ([1, 2], "[2 items]"),
        (b"abc", "3 bytes"),
        (datetime.date(2024, 1, 2), "2024-01-02"),
        (10**400, "an integer of 1329 bits"),
    ],
)
def test_short(value: object, text: str) -> None:
    assert short(value) == text


def test_change() -> None:
    assert change(0.9361, 0.9333) == "0.9361 -> 0.9333 (-0.3 %)"
    assert change(100, 150) == "100 -> 150 (+50 %)"
    assert change(-0.0, 0.0) == "-0.0 -> 0.0 (differs only bitwise)"
    assert change("a", "b") == '"a" -> "b"'


@settings(max_examples=100, deadline=None)
@given(st.text())
def test_a_cleaned_text_is_one_bounded_printable_line(text: str) -> None:
    shown = clean(text)
    assert len(shown) <= WIDTH
    assert shown.isprintable()
    if text.isprintable() and len(text) <= WIDTH:
        assert shown == text


numbers = st.integers() | st.floats() | st.booleans() | st.none()


@settings(max_examples=200, deadline=None)
@given(numbers, numbers)
def test_any_two_numbers_have_a_change(a: object, b: object) -> None:
    assert by_how_much(a, b).count("(") <= 1


def test_count() -> None:
    assert [count(0, "line"), count(1, "line"), count(1234, "line")] == ["0 lines", "1 line", "1,234 lines"]
