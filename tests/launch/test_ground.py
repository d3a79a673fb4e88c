"""Names in the record, paths for the program, places on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.launch.ground import Ground


@pytest.mark.parametrize(
    ("path", "name"),
    [("/p/a/b", "a/b"), ("/p", "."), ("/pp/a", "/pp/a"), ("/", "/"), ("/p/", ""), ("/q/p/a", "/q/p/a")],
)
def test_names_are_relative_below_the_tree_only(path: str, name: str) -> None:
    assert Ground(Path("/p"), Path("/p")).name(path) == name


def test_a_tree_that_is_the_root() -> None:
    assert Ground(Path("/"), Path("/")).name("/a/b") == "a/b"


def test_files_lie_in_the_workspace() -> None:
    ground = Ground(Path("/p"), Path("/store/ws"))
    assert ground.on_disk("a/b") == Path("/store/ws/a/b")
    assert ground.on_disk("/q/a") == Path("/q/a")


def test_what_was_written_outside_lies_in_its_private_folder(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    ground = Ground(Path("/p"), Path("/p"), {"/out": tmp_path})
    assert ground.on_disk("/out/a") == tmp_path / "a"
    assert ground.on_disk("/out/b") == Path("/out/b")
    assert ground.on_disk("/outer/a") == Path("/outer/a")


NAMES = st.lists(
    st.text(st.characters(exclude_characters="/\0"), min_size=1).filter(lambda part: part not in (".", "..")),
    min_size=1,
)


@settings(deadline=None, max_examples=60)
@given(NAMES)
def test_a_name_leads_back_to_its_path(parts: list[str]) -> None:
    ground = Ground(Path("/p/q"), Path("/p/q"))
    path = "/p/q/" + "/".join(parts)
    assert str(ground.on_disk(ground.name(path))) == path
