"""Moments and spans in all the ways in which programs write them, from any second and any zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.field_names import UNITS
from samerun.outputs.moments import SLACK, Moment, is_moment, is_span, parse_moment, parse_span
from samerun.record.window import Window

SECONDS = st.integers(946_684_800, 2_000_000_000)  # 2000 to 2033
QUARTERS = st.integers(-48, 56)  # the zones that there are, in quarters of an hour
RUN = Window(1718000000.0, 1718000060.0)  # 2024-06-10 06:13:20 UTC, a minute long

WITHOUT_ZONE = (
    *("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y/%m/%d %H:%M:%S", "%Y%m%d_%H%M%S", "%Y-%m-%d_%H-%M-%S"),
    *("%a %b %d %H:%M:%S %Y", "%d %b %Y %H:%M:%S", "%d/%b/%Y:%H:%M:%S", "%B %d, %Y at %I:%M:%S %p", "%Y-%m-%d"),
    *("%m/%d/%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S", "%b%d_%H-%M-%S", "%m-%d %H:%M:%S", "%H:%M:%S", "%I:%M:%S %p"),
    *("%Y-%m-%d at %H:%M", "%Y%m%d", "%Y_%m_%d", "%H:%M:%S.%f", "%H:%M:%S,%f", "%m%d %H:%M:%S", "%Y-%m-%d %H:%M:%S,%f"),
)
WITH_ZONE = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S.%f%z", "%a, %d %b %Y %H:%M:%S %z", "%Y-%m-%d %H:%M:%S %z")


def run_at(second: float, length: float = 30.0) -> Window:
    return Window(second - length / 2, second + length / 2)


@pytest.mark.parametrize("pattern", WITHOUT_ZONE)
@settings(deadline=None, max_examples=15)
@given(second=SECONDS, quarter=QUARTERS)
def test_a_moment_of_the_run_is_one_wherever_its_clock_stands(pattern: str, second: int, quarter: int) -> None:
    here = datetime.fromtimestamp(second, timezone(timedelta(minutes=15 * quarter)))
    assert is_moment(here.strftime(pattern), run_at(second))


@pytest.mark.parametrize("pattern", WITH_ZONE)
@settings(deadline=None, max_examples=15)
@given(second=SECONDS, quarter=QUARTERS, off=st.integers(-40_000, 40_000))
def test_with_its_zone_a_moment_is_judged_to_the_second(pattern: str, second: int, quarter: int, off: int) -> None:
    there = datetime.fromtimestamp(second + off, timezone(timedelta(minutes=15 * quarter)))
    if abs(off) <= 15:
        assert is_moment(there.strftime(pattern), run_at(second))
    elif abs(off) > 15 + SLACK + 1:
        assert not is_moment(there.strftime(pattern), run_at(second))


@settings(deadline=None, max_examples=60)
@given(second=SECONDS, days=st.integers(3, 5000))
def test_another_day_is_none_of_the_runs(second: int, days: int) -> None:
    other = datetime.fromtimestamp(second, UTC) + timedelta(days=days)
    for pattern in ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%a %b %d %H:%M:%S %Y", "%d %b %Y"):
        assert not is_moment(other.strftime(pattern), run_at(second))


@settings(deadline=None, max_examples=60)
@given(second=SECONDS, scale=st.sampled_from([1, 10**3, 10**6, 10**9]), off=st.integers(-15, 15))
def test_numbers_are_tried_in_each_unit(second: int, scale: int, off: int) -> None:
    number = (second + off) * scale
    assert is_moment(number, run_at(second))
    assert is_moment(str(number), run_at(second))
    assert is_moment(float(number), run_at(second))
    assert not is_moment((second + 1000) * scale, run_at(second))


@pytest.mark.parametrize(
    ("text", "width", "zoned"),
    [
        ("2024-06-10T06:13:30Z", 1.0, True),
        ("2024-06-10T06:13:30.5Z", 0.0, True),
        ("2024-06-10 06:13", 60.0, False),
        ("2024-06-10", 86400.0, False),
        ("10 Jun 2024 06:13:30 GMT", 1.0, True),
        ("2024-06-10 06:13:30+0530", 1.0, True),
    ],
)
def test_a_moment_is_as_wide_as_it_was_written(text: str, width: float, zoned: bool) -> None:
    found = next(parse_moment(text, RUN))
    assert found.latest - found.earliest == width
    assert found.zoned is zoned


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("2024-06-10T06:13:30Z", 1718000010),
        ("2024-06-10T06:13:30+02:00", 1718000010 - 7200),
        ("2024-06-10T06:13:30-0330", 1718000010 + 12600),
        ("Jun 10, 2024 6:13:30 PM", 1718000010 + 43200),
        ("Jun 10, 2024 12:13:30 AM", 1718000010 - 6 * 3600),
        ("Jun 10, 2024 12:13:30 PM", 1718000010 + 6 * 3600),
        ("2024-02-29 00:00:00", 1709164800),
    ],
)
def test_a_moment_begins_where_it_was_written(text: str, second: int) -> None:
    assert next(parse_moment(text, RUN)).earliest == second


@pytest.mark.parametrize(
    "text", ["2023-02-29", "2024-04-31 10:00:00", "31 Jun 2024", "2024-00-10", "24:10:10", "6:60:00"]
)
def test_days_and_hours_that_do_not_exist_are_no_moments(text: str) -> None:
    assert list(parse_moment(text, RUN)) == []


def test_without_a_year_the_run_says_which() -> None:
    turn = datetime(2024, 12, 31, 23, 59, 50, tzinfo=UTC).timestamp()
    over = Window(turn, turn + 20)
    assert is_moment("Dec31_23-59-55", over)
    assert is_moment("01-01 00:00:05", over)
    assert not is_moment("Jul 4 12:00:00", over)


@pytest.mark.parametrize(
    ("moment", "within"),
    [
        (Moment(1718000000.0, 1718000001.0, True), True),
        (Moment(1718000000.0 + 3600, 1718000001.0 + 3600, True), False),
        (Moment(1718000000.0 + 3600, 1718000001.0 + 3600), True),  # an hour is a zone
        (Moment(1718000000.0 + 3600 + 450, 1718000001.0 + 3600 + 450), False),  # half of a quarter is none
        (Moment(1718000000.0 + 14 * 3600, 1718000001.0 + 14 * 3600), True),
        (Moment(1718000000.0 + 15 * 3600, 1718000001.0 + 15 * 3600), False),
        (Moment(1718000060.0 + SLACK, 1718000061.0 + SLACK, True), True),
        (Moment(1718000060.1 + SLACK, 1718000061.0 + SLACK, True), False),
        (Moment(1717990000.0, 1718000000.0 - SLACK, True), True),
    ],
)
def test_a_moment_lies_within_a_run_give_or_take_its_zone(moment: Moment, within: bool) -> None:
    assert moment.within(RUN) is within


@settings(deadline=None, max_examples=80)
@given(st.sampled_from(sorted(UNITS)), st.integers(0, 10_000), st.sampled_from(["", " "]))
def test_every_unit_is_read(unit: str, number: int, gap: str) -> None:
    assert parse_span(f"{number}{gap}{unit}") == pytest.approx(number * UNITS[unit])


@settings(deadline=None, max_examples=80)
@given(st.integers(0, 10**6))
def test_a_span_is_the_same_in_every_writing(seconds: int) -> None:
    days, rest = divmod(seconds, 86400)
    hours, minutes, left = rest // 3600, rest // 60 % 60, rest % 60
    writings = (
        str(timedelta(seconds=seconds)),
        f"{seconds // 3600}:{minutes:02d}:{left:02d}",
        f"P{days}DT{hours}H{minutes}M{left}S",
        f"{days}d {hours}h {minutes}m {left}s",
        f"{days} days, {hours} hours, {minutes} minutes and {left} seconds",
    )
    assert {parse_span(each) for each in writings} == {float(seconds)}


@pytest.mark.parametrize(
    ("value", "unit", "fits"),
    [
        (62.0, None, True),
        (62.1, None, False),
        (1, 60.0, True),
        (2, 60.0, False),
        (0, None, True),
        (True, None, False),
        ("61", None, True),
        ("63", None, False),
        ("61000", 1e-3, True),
        ("1:01", 1e-3, True),  # a text with units of its own
        ("P1D", None, False),
        ("", None, False),
        ([1], None, False),
    ],
)
def test_a_span_fits_into_its_run(value: object, unit: float | None, fits: bool) -> None:
    assert is_span(value, RUN, unit) is fits


@settings(deadline=None, max_examples=200)
@given(st.text("0123456789:-/., TZPMADHhmsday+jun", max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    assert isinstance(is_moment(text, RUN), bool)
    assert isinstance(is_span(text, RUN), bool)
    assert all(each.earliest <= each.latest for each in parse_moment(text, RUN))
