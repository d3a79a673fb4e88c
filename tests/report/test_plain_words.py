"""Values in words: nothing of a run is obeyed by a terminal or a spreadsheet, and numbers stay numbers."""

from __future__ import annotations

import csv
import io
import math
import unicodedata

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
    local_time,
    number,
    pad,
    pair,
    plural,
    shorten,
    size,
    span,
    unpainted,
)

OBEYED = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b]8;;http://example.org\x1b\\link",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\r overwritten",
    "a\nb",
    "\x08\x08",
    "\x00",
    "\x7f",
    "\u202egnp.exe",
    "\u2066left\u2069",
    "zero\u200bwidth",
    "\u2028line",
    "\ufeffmark",
    "half \ud800",
    "byte \udcff",
    "\U000e0041tag",
]


@pytest.mark.parametrize("text", OBEYED)
def test_clean_shows_what_a_terminal_would_obey(text: str) -> None:
    cleaned = clean(text)
    assert "\\" in cleaned
    assert all(unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in cleaned)
    cleaned.encode()


@settings(deadline=None, max_examples=200)
@given(st.text(alphabet=st.characters()))
def test_clean_leaves_no_control_character_and_is_done_once(text: str) -> None:
    cleaned = clean(text)
    assert all(unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp") for character in cleaned)
    assert clean(cleaned) == cleaned


def test_clean_leaves_ordinary_text_alone() -> None:
    for text in ("results/metrics.json", "größe 模型 émile", "a\u0301", "日本"):
        assert clean(text) == text


def test_shorten_keeps_both_ends() -> None:
    assert shorten("data/a_very_long_name_of_a_file.csv", 20) == "data/a_ver…_file.csv"
    assert shorten("short", 20) == "short"
    assert columns(shorten("模" * 40, 20)) <= 20
    assert columns(shorten("\x1b" * 40, 20)) <= 20


def test_columns_and_pad_count_what_a_terminal_shows() -> None:
    assert (columns("ab"), columns("模型"), columns("e\u0301")) == (2, 4, 1)
    assert pad("模", 4) == "模  "
    assert pad("7", 3, right=True) == "  7"


def test_counts_sizes_spans() -> None:
    assert (plural(1, "file"), plural(2300, "file"), plural(2, "copy", "copies")) == (
        "1 file",
        "2,300 files",
        "2 copies",
    )
    assert [size(count) for count in (0, 1, 999, 1000, 1_400_000, 10**12)] == [
        "0 bytes", "1 byte", "999 bytes", "1.0 kB", "1.4 MB", "1.0 TB",
    ]  # fmt: skip
    assert [span(seconds) for seconds in (None, 0.4215, 12.34, 60, 200, 7500, 273_600)] == [
        "", "0.42 s", "12.3 s", "1 min", "3 min 20 s", "2 h 5 min", "3 d 4 h",
    ]  # fmt: skip


def test_ages() -> None:
    now = 1_800_000_000.0
    assert [age(now - passed, now) for passed in (0, 59, 61, 7200, 90_000)] == [
        "just now", "just now", "1 min ago", "2 h ago", "1 d ago",
    ]  # fmt: skip
    assert age(now - 40 * 86400, now) == day(now - 40 * 86400) == "2026-12-06"
    assert age(now + 3600, now) == day(now + 3600)


def test_moments() -> None:
    assert instant(0.5) == "1970-01-01T00:00:00.500Z"
    assert instant(math.inf) == instant(math.nan) == instant(1e18) == ""
    assert local_time(1e18) == "at an unknown time"
    assert len(local_time(1_800_000_000)) == 19


@settings(deadline=None, max_examples=100)
@given(st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.text()))
def test_number_never_fails(value: object) -> None:
    assert "\n" not in number(value)


def test_numbers() -> None:
    assert [number(value) for value in (0.93611111, 1e-9, 12, 1234567, True, -0.0, math.nan)] == [
        "0.936111", "1e-09", "12", "1,234,567", "True", "-0", "nan",
    ]  # fmt: skip
    assert number(10**400) == "very large"


def test_pair_shows_the_digits_that_tell_apart() -> None:
    assert pair(0.93611, 0.93333) == ("0.9361", "0.9333")
    assert pair(1.0, math.nextafter(1.0, 2)) == ("1", "1.0000000000000002")
    assert pair(None, 1.5) == ("None", "1.5")


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1", "\n=2"]
)
def test_csv_cell_guards_against_formulas(text: str) -> None:
    assert csv_cell(text).startswith("'")


def test_csv_cell_keeps_numbers() -> None:
    assert [csv_cell(value) for value in (-1.5, -3, "-1.5", "-2e-3", None, True, "plain", 0.1)] == [
        "-1.5", "-3", "-1.5", "-2e-3", "", "true", "plain", "0.1",
    ]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.text())
def test_a_cell_is_one_cell_and_no_formula(text: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([csv_cell(text), "end"])
    (row,) = csv.reader(io.StringIO(file.getvalue()))
    assert row[1] == "end"
    cell = row[0].lstrip(" ")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")) or math.isfinite(float(cell))


def test_unpainted_is_the_text() -> None:
    assert unpainted("text", "bad") == "text"
