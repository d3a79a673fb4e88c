"""The edges of words for values: where one unit ends and the next begins, and what has no ordinary form."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.report.plain_words import (
    age,
    clean,
    columns,
    csv_cell,
    day,
    instant,
    number,
    pad,
    pair,
    plural,
    shorten,
    size,
    span,
)

NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1.0, "0.00 s"),
        (0.0, "0.00 s"),
        (9.994, "9.99 s"),
        (9.996, "10.0 s"),
        (59.94, "59.9 s"),
        (59.96, "1 min"),
        (119.6, "2 min"),
        (3599.4, "59 min 59 s"),
        (3599.6, "1 h"),
        (3660, "1 h 1 min"),
        (86399.6, "1 d"),
        (86400 + 3599, "1 d"),
        (1e8, "1157 d 9 h"),
    ],
)
def test_where_one_unit_of_time_ends(seconds: float, text: str) -> None:
    assert span(seconds) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (999_949, "999.9 kB"),
        (999_951, "1.0 MB"),
        (10**9 - 1, "1.0 GB"),
        (999_951_000_000, "1.0 TB"),
        (10**16, "10,000.0 TB"),
    ],
)
def test_where_one_unit_of_size_ends(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("passed", "text"),
    [
        (-60, "just now"),
        (59.9, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86399, "23 h ago"),
        (86400, "1 d ago"),
        (30 * 86400 - 1, "29 d ago"),
        (30 * 86400, day(NOW - 30 * 86400)),
        (-61, day(NOW + 61)),
    ],
)
def test_where_one_age_ends(passed: float, text: str) -> None:
    assert age(NOW - passed, NOW) == text


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.1, 1, "0.1"),
        (1 / 3, 4, "0.3333"),
        (123456.789, 6, "123457"),
        (1e20, 6, "1e+20"),
        (10**15 - 1, 4, "999,999,999,999,999"),
        (10**15, 4, "1e+15"),
        (-(10**400), 4, "very large"),
        (-1234, 4, "-1,234"),
        (math.inf, 4, "inf"),
        (False, 4, "False"),
        (None, 4, "None"),
        ("x" * 50, 4, "x" * 20 + "…" + "x" * 19),
        ([1, 2], 4, "[1, 2]"),
        ("\x1b[2J", 4, "\\x1b[2J"),
    ],
)
def test_a_value_of_a_metric(value: Any, digits: int, text: str) -> None:
    assert number(value, digits) == text


@given(st.floats(allow_nan=False), st.floats(allow_nan=False))
@settings(deadline=None, max_examples=150)
def test_two_numbers_that_differ_look_different(a: float, b: float) -> None:
    shown = pair(a, b)
    assert (shown[0] == shown[1]) is (a == b and math.copysign(1, a) == math.copysign(1, b))


@pytest.mark.parametrize(
    ("a", "b", "shown"),
    [
        (1, True, ("1", "True")),
        (0.5, "0.5", ("0.5", "0.5")),
        (math.nan, math.nan, ("nan", "nan")),
        (1.00001, 1.00002, ("1.00001", "1.00002")),
        (0.123456781, 0.123456782, ("0.123456781", "0.123456782")),
        (2.0, 2, ("2", "2")),
    ],
)
def test_as_many_digits_as_it_takes(a: Any, b: Any, shown: tuple[str, str]) -> None:
    assert pair(a, b) == shown


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("\t", "\\t"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x00", "\\x00"),
        ("\x9f", "\\x9f"),
        ("\u200b", "\\u200b"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("back\\slash", "back\\slash"),
        ("", ""),
    ],
)
def test_how_a_character_is_made_visible(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


@given(st.text(st.sampled_from("ab模e\u0301\x1b\n…/"), max_size=120), st.integers(1, 60))
@settings(deadline=None, max_examples=200)
def test_a_shortened_text_fits_and_one_that_fits_is_whole(text: str, width: int) -> None:
    shown = shorten(text, width)
    assert columns(shown) <= width
    assert shown == clean(shown)
    if columns(clean(text)) <= width and len(text) <= 8 * width:
        assert shown == clean(text)


@given(st.text(st.sampled_from("ab模e"), max_size=9), st.integers(0, 30), st.booleans())
@settings(deadline=None, max_examples=100)
def test_a_filled_text_is_as_wide_as_asked_and_loses_nothing(text: str, width: int, right: bool) -> None:
    filled = pad(text, width, right)
    assert columns(filled) == max(width, columns(text))
    assert filled.strip() == text
    assert filled.endswith(text) if right else filled.startswith(text)


def test_a_text_of_megabytes_is_cut_before_it_is_looked_at() -> None:
    shown = shorten("a" + "\x1b" * 10_000_000 + "z", 20)
    assert shown.startswith("a")
    assert shown.endswith("z")
    assert columns(shown) <= 20


@pytest.mark.parametrize(
    ("count", "words", "text"),
    [(0, "", "0 files"), (1, "", "1 file"), (-1, "", "-1 files"), (1000, "filae", "1,000 filae")],
)
def test_one_and_many(count: int, words: str, text: str) -> None:
    assert plural(count, "file", words) == text


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
        (10**40, str(10**40)),
        (False, "false"),
        ("+1", "+1"),
        ("-.5e+3", "-.5e+3"),
        ("-1.5x", "'-1.5x"),
        ("--lr", "'--lr"),
        ("a=1", "a=1"),
        ("   @x", "'   @x"),
        ("", ""),
        ([1], "[1]"),
        ("\x1b", "\\x1b"),
        ("\n", "'\\n"),
    ],
)
def test_a_cell(value: Any, cell: str) -> None:
    assert csv_cell(value) == cell


@given(st.floats(-6e10, 2e11))
@settings(deadline=None, max_examples=80)
def test_moments_in_their_order_are_texts_in_their_order(moment: float) -> None:
    assert instant(moment) <= instant(moment + 1)
    assert instant(moment).endswith("Z")
    assert day(moment) == instant(moment)[:10]


@pytest.mark.parametrize("text", ["模", "Ａ", "é", "e\u0301", "a"])
def test_columns_are_those_of_unicode(text: str) -> None:
    wide = unicodedata.east_asian_width(text[0]) in "WF"
    assert columns(text) == (2 if wide else 1)
