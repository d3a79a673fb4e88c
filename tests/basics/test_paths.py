"""No path from elsewhere leads out of its folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samerun.basics.paths import is_name, resolve_inside
from samerun.errors import UnsafePath

HOSTILE = (
    *(
        "",
        ".",
        "./",
        "..",
        "../x",
        "a/../b",
        "a/..",
        "/",
        "/etc/passwd",
        "//x",
        "C:",
        "C:/x",
        "c:\\x",
        "\\\\host\\share",
    ),
    *("a\\b", "..\\x", "a\0b", "\0", "a/../../x", "./../x", "\ud800", "a/\udfff", "x/./../.."),
)
PIECES = st.sampled_from(["..", ".", "", "a", "link", "in", "~", "\0", "\\", "C:", "%2e%2e", "．．", "b.txt", "loop"])


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("paths")
    inside = top / "root"
    (inside / "a" / "deep").mkdir(parents=True)
    (inside / "link").symlink_to(top)
    (inside / "a" / "link").symlink_to("/")
    (inside / "in").symlink_to("a")
    (inside / "loop").symlink_to("loop")
    return inside


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_refused_with_a_reason(root: Path, text: str) -> None:
    with pytest.raises(UnsafePath) as caught:
        resolve_inside(root, text)
    assert repr(text) in caught.value.sentence


@pytest.mark.parametrize("text", ["link", "link/x", "link/root/a", "a/link/etc/passwd", "a/link"])
def test_links_that_lead_out_are_refused_at_each_level(root: Path, text: str) -> None:
    with pytest.raises(UnsafePath, match="symbolic link"):
        resolve_inside(root, text)


@pytest.mark.parametrize(
    "text", ["x", "a/x", "in/x", "a//x", "a/./x", "...", "a/..x", "~x", "%2e%2e/x", "é.txt", "a b"]
)
def test_ordinary_paths_are_kept(root: Path, text: str) -> None:
    assert resolve_inside(root, text) == root / text


@given(parts=st.lists(PIECES | st.text(max_size=5), max_size=6), separator=st.sampled_from(["/", "//", "\\"]))
@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_returned_lies_inside(root: Path, parts: list[str], separator: str) -> None:
    try:
        path = resolve_inside(root, separator.join(parts))
    except UnsafePath:
        return
    assert Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


@pytest.mark.parametrize("text", ["a", ".a", "a b", "..a", "ä"])
def test_names_of_files(text: str) -> None:
    assert is_name(text)


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a/", "c:x", "a\\b", "a\0", "\udc80x\ud800"])
def test_what_is_no_name_of_a_file(text: str) -> None:
    assert not is_name(text)


def test_a_backslash_that_was_seen_here_is_a_letter(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/")
    assert resolve_inside(tmp_path, "./a\\b", backslash=True) == tmp_path / "a\\b"
    for hostile in ("..", "../a\\b", "out/a\\b", "/a\\b", "\\", "a\\b\0"):
        with pytest.raises(UnsafePath):
            resolve_inside(tmp_path, hostile, backslash=True)
