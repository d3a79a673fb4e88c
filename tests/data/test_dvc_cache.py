"""DVC's cache is found where its settings say, and believed only where names and contents agree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from samerun.data.dvc_cache import DvcCache, cache_folder, list_digest
from samerun.errors import BadLock

IMAGES = "40114074accdf21b57a1156dcaea1730"


def test_a_list_of_a_folder(dvc_3: Path) -> None:
    listed = DvcCache(dvc_3).listing(IMAGES)
    assert listed is not None
    assert [path for path, _ in listed] == ["a.txt", "empty", "sub/b.txt"]
    assert list_digest(dict(listed)) == IMAGES


def test_a_list_in_the_cache_of_an_older_version(dvc_2: Path) -> None:
    digest = "849835d274483dc683eb416d6e4f887d"
    listed = DvcCache(dvc_2).listing(digest)
    assert listed is not None
    assert list_digest(dict(listed)) == digest


def test_a_list_that_is_not_there(dvc_3: Path) -> None:
    assert DvcCache(dvc_3).listing("0" * 32) is None


def test_the_digest_of_names_that_are_no_ascii() -> None:
    # what dvc 3.67 gave for a folder with one file, "é.txt", that holds "a\n"
    text = b'[{"md5": "60b725f10c9c85c70d97880dfe8191b3", "relpath": "\\u00e9.txt"}]'
    assert json.loads(text)[0]["relpath"] == "é.txt"
    assert list_digest({"é.txt": "60b725f10c9c85c70d97880dfe8191b3"}) == "e373cf9e2ddd7f1433535d1436369e92"


@pytest.mark.parametrize("content", [b"[]", b"", b"{", b'[{"md5": "x", "relpath": "../a"}]'])
def test_a_list_that_was_changed_is_refused(dvc_3: Path, content: bytes) -> None:
    dvc_3.joinpath(".dvc/cache/files/md5/40", IMAGES[2:] + ".dir").write_bytes(content)
    with pytest.raises(BadLock, match="not that of its name"):
        DvcCache(dvc_3).listing(IMAGES)


def test_a_list_with_a_path_that_climbs_is_refused_though_its_name_is_right(dvc_3: Path) -> None:
    digest = list_digest({"../a": "0" * 32})
    place = dvc_3 / ".dvc/cache/files/md5" / digest[:2] / f"{digest[2:]}.dir"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps([{"md5": "0" * 32, "relpath": "../a"}]))
    with pytest.raises(BadLock, match="leads elsewhere"):
        DvcCache(dvc_3).listing(digest)


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ("[cache]\n    dir = ../shared\n", ".dvc/../shared"),
        ("[cache]\ndir = /shared/cache\n", "/shared/cache"),
        ("[core]\n    remote = r\n['remote \"r\"']\n    url = /x%y\n", ".dvc/cache"),
        ("not settings", ".dvc/cache"),
    ],
)
def test_where_the_cache_is(dvc_3: Path, settings: str, folder: str) -> None:
    dvc_3.joinpath(".dvc/config").write_text(settings)
    assert cache_folder(dvc_3) == dvc_3 / folder


def test_local_settings_count_more(dvc_3: Path) -> None:
    dvc_3.joinpath(".dvc/config").write_text("[cache]\ndir = a\n")
    dvc_3.joinpath(".dvc/config.local").write_text("[cache]\ndir = b\n")
    assert cache_folder(dvc_3) == dvc_3 / ".dvc/b"
