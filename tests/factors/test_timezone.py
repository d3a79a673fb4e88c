"""The time zone that the program had, not the recorder's."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from samerun.factors.factor import Plan, Scene
from samerun.factors.timezone import Timezone


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Put this process into a time zone."""

    def move(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


def read(scene: Callable[..., Scene], **environment: str) -> dict[str, object]:
    values = Timezone().read(scene(environment=environment))
    assert isinstance(values, dict)
    return values


def test_a_changed_variable_is_the_change(scene: Callable[..., Scene]) -> None:
    changes = Timezone().differences(read(scene, TZ="UTC"), read(scene, TZ="Asia/Tokyo"))
    assert [(change.subject, change.a, change.b) for change in changes] == [("TZ", "UTC", "Asia/Tokyo")]


@pytest.mark.parametrize("variable", [{}, {"TZ": "UTC"}])
def test_the_recorders_own_zone_does_not_matter(
    scene: Callable[..., Scene], in_zone: Callable[[str], None], variable: dict[str, str]
) -> None:
    in_zone("Europe/Berlin")
    before = read(scene, **variable)
    in_zone("Asia/Tokyo")
    assert Timezone().differences(before, read(scene, **variable)) == []


def test_giving_sets_and_unsets_it(plan: Callable[..., Plan]) -> None:
    present = plan(TZ="Asia/Tokyo")
    Timezone().give(present, {"zone": "Etc/UTC"})
    assert present.environment == {}
    Timezone().give(present, {"TZ": "UTC"})
    assert present.environment == {"TZ": "UTC"}


def test_it_is_varied_to_both_ends_of_the_world() -> None:
    varied = [each["TZ"] for each in Timezone().variations({"zone": "Etc/UTC"})]
    assert len(varied) == 2
    assert [each["TZ"] for each in Timezone().variations({"TZ": varied[0]})] == varied[1:]


def test_at_any_hour_one_of_them_has_another_date(in_zone: Callable[[str], None]) -> None:
    for hour in range(24):
        moment = 86400 * 20_000 + hour * 3600 + 60
        days = set()
        for values in Timezone().variations({}):
            in_zone(str(values["TZ"]))
            days.add(time.localtime(moment).tm_yday)
        assert days - {time.gmtime(moment).tm_yday}


def test_where_no_zones_are_installed_rules_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.factors.timezone._ZONES", "/nowhere")
    assert [each["TZ"] for each in Timezone().variations({})] == ["<+14>-14", "<-11>+11"]
