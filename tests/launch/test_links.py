"""Links of a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.launch.links import behind_links, leads_to
from samerun.record.files import FileFact


@pytest.mark.parametrize(
    ("name", "link", "place"),
    [
        ("a/l", "b", "a/b"),
        ("a/l", "../b", "b"),
        ("a/l", "..", "."),
        ("a/l", "../..", None),
        ("l", "/p/x", "x"),
        ("l", "/p", "."),
        ("l", "/pp/x", None),
        ("l", "x/../../y", None),
        ("l", "..b", "..b"),
    ],
)
def test_where_a_link_leads(name: str, link: str, place: str | None) -> None:
    assert leads_to(name, FileFact(0, link=link), Path("/p")) == place


def test_a_file_leads_nowhere() -> None:
    assert leads_to("a", FileFact(0), Path("/p")) is None


def test_names_without_links() -> None:
    facts = {"l": FileFact(0, link="a/b"), "l/x": FileFact(1), "loop": FileFact(0, link="loop"), "loop/y": FileFact(1)}
    assert set(behind_links(facts, Path("/p"))) == {"l", "a/b/x", "loop", "loop/y"}


def test_links_through_links_and_an_empty_folder() -> None:
    facts = {
        "one": FileFact(0, link="two"),
        "two": FileFact(0, link="real"),
        "one/x": FileFact(1),
        "one/empty/": FileFact(0),
    }
    assert set(behind_links(facts, Path("/p"))) == {"one", "two", "real/x", "real/empty/"}


def test_what_is_known_wins() -> None:
    facts = {"l": FileFact(0, link="d"), "d/x": FileFact(1), "l/x": FileFact(1, hash="h", read=True)}
    assert behind_links(facts, Path("/p"))["d/x"].hash == "h"
    assert behind_links(dict(reversed(facts.items())), Path("/p"))["d/x"].hash == "h"


def test_outside_names_and_links_stay() -> None:
    facts = {"l": FileFact(0, link="../d"), "l/x": FileFact(1), "/q/x": FileFact(1)}
    assert behind_links(facts, Path("/p")) == facts
