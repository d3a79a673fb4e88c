"""Symbolic links of a project's folder: where they lead, and which names are names of one file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath

from samerun.record.files import FileFact

_MOST_LINKS = 40
"""The kernel follows no more than that either."""


def leads_to(name: str, fact: FileFact, original: Path) -> str | None:
    """Return where a link leads, relative to the project's folder.

    Args:
        name: the link's own name.
        fact: what is known of it.
        original: the project's folder, which absolute links may name.

    Returns:
        None if it is no link, or leads out of the folder.
    """
    if fact.link is None:
        return None
    place = os.path.normpath(os.path.join(os.path.dirname(name), fact.link))
    if os.path.isabs(fact.link):
        place = os.path.relpath(fact.link, original)
    return None if place == ".." or place.startswith("../") else place


def behind_links(facts: Mapping[str, FileFact], original: Path) -> dict[str, FileFact]:
    """Return the files under the names that they have without links of the folder on the way.

    A program may have read ``link/x`` where the folder holds ``real/x``: one file, of which the more is known wins.

    Args:
        facts: what is known, by name; absolute names stay as they are.
        original: the project's folder.
    """
    links = {name: place for name, fact in facts.items() if (place := leads_to(name, fact, original)) is not None}
    real: dict[str, FileFact] = {}
    for name, fact in facts.items():
        place = _without_links(name, links) if links and not os.path.isabs(name) else name
        if place not in real or (fact.hash is not None and real[place].hash is None):
            real[place] = fact
    return real


def _without_links(name: str, links: Mapping[str, str]) -> str:
    for _ in range(_MOST_LINKS):
        link = next((str(each) for each in reversed(PurePath(name).parents) if str(each) in links), None)
        if link is None:
            break
        name = os.path.normpath(os.path.join(links[link], name[len(link) + 1 :])) + "/" * name.endswith("/")
    return name
