"""Moments and spans of time, as programs write them, and whether they lie within a run."""

from __future__ import annotations

import re
from calendar import monthrange, timegm
from collections.abc import Iterator
from functools import cache
from math import ceil, floor

from msgspec import Struct

from samerun.outputs.field_names import UNITS
from samerun.record.window import Window

SLACK = 2.0
"""Seconds by which a moment may lie outside its run, and a span be longer: clocks are read at different times."""

_ZONE_STEP = 900
_ZONES = 14 * 4
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-3])[:.\-hH]?(?P<minute>[0-5]\d)(?:[:.\-m]?(?P<second>[0-5]\d|60)(?:[.,:](?P<part>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp][Mm]))?"
)
_ZONE = r"(?:\s?(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)(?![\d]))?(?:\s?\[?(?:UTC|GMT)\]?)?"
_FULL_CLOCK = r"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d|60)(?:[.,](?P<part>\d{1,9}))?)?"
_WEEKDAY = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_NUMBER_OF_MONTH = r"(?P<number>0?[1-9]|1[0-2])"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_YMD = r"(?P<year>(?:19|20)\d\d)(?P<gap>[-/._]?)(?P<number>0[1-9]|1[0-2])(?P=gap)(?P<day>0[1-9]|[12]\d|3[01])"
MOMENTS = (
    rf"{_YMD}(?:(?:[T_ \-]|,\s|\sat\s)?{_CLOCK}{_ZONE})?",
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}\s+(?:[A-Z]{{3,4}}\s+)?(?P<year>(?:19|20)\d\d)",
    rf"{_WEEKDAY}(?P<day>\d{{1,2}})[\s\-/]{_MONTH}[\s\-/,]+(?P<year>(?:19|20)\d\d)(?:[ ,T:]+{_CLOCK}{_ZONE})?",
    rf"{_WEEKDAY}{_MONTH}\s+(?P<day>\d{{1,2}}),?\s+(?P<year>(?:19|20)\d\d)(?:,?\s+(?:at\s)?{_CLOCK}{_ZONE})?",
    rf"{_NUMBER_OF_MONTH}[/.\-]{_DAY}[/.\-]{_YEAR}(?:[ ,T]+{_CLOCK}{_ZONE})?",
    rf"{_DAY}[/.\-]{_NUMBER_OF_MONTH}[/.\-]{_YEAR}(?:[ ,T]+{_CLOCK}{_ZONE})?",
    rf"{_MONTH}[\s_]?(?P<day>\d{{1,2}})[\s_]{_CLOCK}",
    rf"(?P<number>0[1-9]|1[0-2])[-/]?(?P<day>0[1-9]|[12]\d|3[01])[ _]{_FULL_CLOCK}",
    rf"{_FULL_CLOCK}(?:\s?(?P<half>[AaPp][Mm]))?",
)
"""Ways of writing a moment, the more exact first; the last three do without a year."""

_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_NUMBER = r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?"
SPAN_PART = rf"({_NUMBER})\s?({_UNIT}|µs|μs|m|d|days?)(?![A-Za-z])"
_CLOCK_SPAN = r"(?:(\d+)\s?d(?:ays?)?,?\s*)?(?:(\d+):)?(\d+):([0-5]?\d(?:\.\d*)?)"
_ISO_SPAN = r"P(?:(\d+)D)?T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?"
_OTHER_UNITS = {"µs": 1e-6, "μs": 1e-6, "m": 60.0, "d": 86400.0, "day": 86400.0, "days": 86400.0}


class Moment(Struct, frozen=True):
    """A moment as far as it was written: from ``earliest`` to ``latest`` (seconds since the epoch, as if in UTC).

    ``zoned`` says that the writing named its zone; otherwise the moment may have been local time anywhere.
    """

    earliest: float
    latest: float
    zoned: bool = False

    def within(self, window: Window) -> bool:
        """Say whether the moment can lie within a run; one of unknown zone is tried in all of them."""
        first, last = window.started - SLACK, window.ended + SLACK
        furthest = 0 if self.zoned else _ZONES
        least = max(ceil((first - self.latest) / _ZONE_STEP), -furthest)
        return least <= min(floor((last - self.earliest) / _ZONE_STEP), furthest)


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a pattern compiled on its first use: reading the table of types must stay cheap."""
    return re.compile(pattern)


def is_moment(value: object, window: Window) -> bool:
    """Say whether a value, number or text, is a moment within the run of ``window``."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return _number_within(float(min(value, 1 << 63)), window) or (
            isinstance(value, int) and is_moment(str(value), window)
        )
    if not isinstance(value, str) or not 4 <= len(value) <= 64:
        return False
    text = value.strip()
    if re.fullmatch(r"\d{9,19}(?:\.\d+)?", text) and _number_within(float(text), window):
        return True
    return any(moment.within(window) for moment in parse_moment(text, window))


def parse_moment(text: str, window: Window) -> Iterator[Moment]:
    """Yield the moments that ``text``, as a whole, may mean; missing years and days are taken from ``window``."""
    for pattern in MOMENTS:
        found = compiled(pattern).fullmatch(text)
        if found:
            yield from _moments(found.groupdict(), window)


def parse_span(text: str) -> float | None:
    """Return the seconds of a span written with units, as a clock or by ISO 8601; None if ``text`` is none."""
    text = text.strip()
    if not text or len(text) > 64:
        return None
    iso = compiled(_ISO_SPAN).fullmatch(text)
    if iso and any(iso.groups()):
        return sum(float(part or 0) * size for part, size in zip(iso.groups(), (86400, 3600, 60, 1), strict=True))
    clock = compiled(_CLOCK_SPAN).fullmatch(text)
    if clock:
        return sum(float(part or 0) * size for part, size in zip(clock.groups(), (86400, 3600, 60, 1), strict=True))
    parts = compiled(SPAN_PART).findall(text)
    if not parts or compiled(SPAN_PART).sub("", text).strip(" ,and"):
        return None
    return sum(float(number) * _seconds(unit) for number, unit in parts)


def is_span(value: object, window: Window, unit: float | None = None) -> bool:
    """Say whether a value, a number of ``unit`` seconds or a text, is a span no longer than the run of ``window``."""
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return 0 <= value * (unit or 1.0) <= window.seconds + SLACK
    if not isinstance(value, str):
        return False
    if re.fullmatch(_NUMBER, value.strip()):
        return is_span(float(value), window, unit)
    seconds = parse_span(value)
    return seconds is not None and is_span(seconds, window)


def _number_within(value: float, window: Window) -> bool:
    """Try seconds, milli-, micro- and nanoseconds since the epoch."""
    first, last = window.started - SLACK, window.ended + SLACK
    return any(first <= value * scale <= last for scale in (1.0, 1e-3, 1e-6, 1e-9))


def _seconds(unit: str) -> float:
    return UNITS[unit] if unit in UNITS else _OTHER_UNITS[unit]


def _moments(fields: dict[str, str | None], window: Window) -> Iterator[Moment]:
    """Fill in what was not written: the year or the days of the run, and the width of what is left open."""
    clock, width = _clock(fields)
    zone = _zone(fields.get("zone"))
    for midnight in _midnights(fields, window):
        start = midnight + clock - (zone or 0)
        yield Moment(start, start + width, zone is not None)


def _midnights(fields: dict[str, str | None], window: Window) -> Iterator[float]:
    if not fields.get("day"):
        first = int(window.started // 86400) - 1
        yield from (day * 86400.0 for day in range(first, min(int(window.ended // 86400) + 2, first + 40)))
        return
    number = int(fields.get("number") or _MONTHS.index(str(fields["month"]).lower()) + 1)
    day = int(str(fields["day"]))
    years = (int(str(fields["year"])),) if fields.get("year") else _years(window)
    for year in years:
        if 1 <= day <= monthrange(year, number)[1]:
            yield float(timegm((year, number, day, 0, 0, 0)))


def _years(window: Window) -> range:
    first = 1970 + int(window.started / 31556952)
    return range(max(first - 1, 1971), first + 2)


def _clock(fields: dict[str, str | None]) -> tuple[float, float]:
    """Return the seconds since midnight and how many seconds the writing leaves open."""
    if not fields.get("hour"):
        return 0.0, 86400.0
    hour = int(str(fields["hour"])) % (12 if fields.get("half") else 24)
    if (fields.get("half") or "").lower() == "pm":
        hour += 12
    seconds = hour * 3600.0 + int(str(fields["minute"])) * 60
    if not fields.get("second"):
        return seconds, 60.0
    part = float(f"0.{fields['part']}") if fields.get("part") else 0.0
    return seconds + int(str(fields["second"])) + part, 0.0 if part else 1.0


def _zone(text: str | None) -> int | None:
    """Return the seconds by which a zone is ahead of UTC; None if none was written."""
    if not text:
        return None
    if text[0] not in "+-":
        return 0
    digits = text[1:].replace(":", "")
    return (1 if text[0] == "+" else -1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)
