"""The variables of this kind are read, named and given again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from samerun.factors.factor import Plan, Scene
from samerun.factors.locale import Locale, installed


def test_its_own_variables_only(scene: Callable[..., Scene], plan: Callable[..., Plan]) -> None:
    values, present = (
        Locale().read(scene(environment={"LC_ALL": "de_DE.UTF-8", "LOCAL_RANK": "0"})),
        plan(LC_ALL="other", LOCAL_RANK="0"),
    )
    assert values == {"LC_ALL": "de_DE.UTF-8"}
    Locale().give(present, values)
    assert present.environment == {"LC_ALL": "de_DE.UTF-8", "LOCAL_RANK": "0"}
    assert [each.subject for each in Locale().differences(values, {})] == ["LC_ALL"]


def test_another_language_and_files_that_are_not_utf8_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("C", "C.utf8", "POSIX", "de_DE.utf8", "en_US.utf8", "tr_TR.iso88599", "fr_FR.UTF-8")
    monkeypatch.setattr("samerun.factors.locale.installed", lambda: names)
    tried = {now: [each["LC_ALL"] for each in Locale().variations({"LANG": now})] for now in ("C", "de_DE.UTF-8")}
    assert tried == {"C": ["de_DE.utf8", "C"], "de_DE.UTF-8": ["fr_FR.UTF-8", "C"]}


@pytest.mark.parametrize(("now", "tried"), [("en_US.UTF-8", ["C.utf8", "C"]), ("C.UTF-8", ["C"]), ("", ["C"])])
def test_where_no_other_is_installed(monkeypatch: pytest.MonkeyPatch, now: str, tried: list[str]) -> None:
    monkeypatch.setattr("samerun.factors.locale.installed", lambda: ("C", "C.utf8", "POSIX"))
    values = list(Locale().variations({"LC_CTYPE": now, "PYTHONUTF8": "1"}))
    assert [each["LC_ALL"] for each in values] == tried
    assert values[-1]["PYTHONUTF8"] == "0"
    assert all(each["PYTHONUTF8"] == "1" for each in values[:-1])


def test_the_locales_of_this_system_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    installed.cache_clear()
    assert not installed() or {"C", "POSIX"} & set(installed())
    installed.cache_clear()
    monkeypatch.setenv("PATH", "/nowhere")
    assert installed() == ()
    installed.cache_clear()
