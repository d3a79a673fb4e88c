from __future__ import annotations

import pytest

from samerun.outputs.moments import is_moment, is_span, parse_span
from samerun.record.window import Window

RUN = Window(1718000000.0, 1718000060.0)  # 2024-06-10 06:13:20 UTC, a minute long


@pytest.mark.parametrize(
    "value",
    [
        *(1718000010, 1718000010.5, 1718000010500, 1718000010500000000, "1718000010.5"),
        *("2024-06-10T06:13:30Z", "2024-06-10T06:13:30.123456+00:00", "2024-06-10 08:13:30", "2024-06-10 06:13:30,123"),
        *("2024-06-10T08:13:30+02:00", "20240610_061330", "20240610-061330", "2024-06-10_06-13-30", "20240610"),
        *("2024-06-10", "Mon Jun 10 06:13:30 2024", "Mon, 10 Jun 2024 06:13:30 GMT", "Jun 10, 2024", "10 June 2024"),
        *("06/10/2024", "10.06.2024 08:13:30", "06:13:30", "8:13:30 AM", "Jun10_06-13-30", "06-10 06:13:30"),
        20240610,
    ],
)
def test_moments_of_the_run(value: object) -> None:
    assert is_moment(value, RUN)


@pytest.mark.parametrize(
    "value",
    [
        *(1718000000 - 10, 1718000070, 0, 1, -1, 0.5, True, None, "", "abc", "x" * 100, float("nan"), 10**30),
        float("inf"),
        *("2024-06-10T06:12:00Z", "2024-06-10T06:13:30+02:00", "2024-06-09T06:13:30Z", "2023-06-10", "20240612_061330"),
        *("2024-06-10 06:20:30", "06:20:30", "2024-13-45", "Feb 30, 2024", "1718000070"),
    ],
)
def test_what_is_no_moment_of_the_run(value: object) -> None:
    assert not is_moment(value, RUN)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        *(("2.3s", 2.3), ("12.5 ms", 0.0125), ("3 min 4 s", 184), ("1h2m3s", 3723), ("0:01:07", 67), ("00:12", 12)),
        *(("1 day, 0:00:01", 86401), ("PT3.5S", 3.5), ("3.4 seconds", 3.4), ("5 minutes", 300), ("7 µs", 7e-6)),
        *(("1 minute and 2 seconds", 62), ("0:00:12.5", 12.5)),
    ],
)
def test_spans(text: str, seconds: float) -> None:
    assert parse_span(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "abc", "3 apples", "loss 3s", "3.4", "s", "x" * 100, "3 m/s"])
def test_what_is_no_span(text: str) -> None:
    assert parse_span(text) is None


def test_a_span_is_no_longer_than_the_run() -> None:
    assert is_span(59.0, RUN)
    assert is_span(61.5, RUN)
    assert not is_span(63.0, RUN)
    assert not is_span(-1.0, RUN)
    assert is_span(59_000, RUN, 1e-3)
    assert is_span("59 s", RUN)
    assert not is_span("2 min", RUN)
    assert not is_span(float("nan"), RUN)
    assert not is_span(None, RUN)
