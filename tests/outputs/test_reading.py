from __future__ import annotations

from pathlib import Path

import pytest

from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, compare_content, cut, gather_parts, map_file, only_in, settle
from samerun.record.difference import Difference, identical


def files(tmp_path: Path) -> tuple[Path, Path]:
    a, b = tmp_path / "a", tmp_path / "b"
    a.write_bytes(b"one")
    b.write_bytes(b"two")
    return a, b


def test_the_side_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    a, b = files(tmp_path)

    def read(path: Path) -> bytes:
        if path == b:
            raise Unreadable("too odd")
        return path.read_bytes()

    found = compare_content("odd", a, b, read, lambda one, two: identical("odd"))
    assert (found.label, found.verdict) == ("odd", "different")
    assert found.detail.startswith("the second file cannot be read as odd: too odd; by bytes: first difference at")


def test_a_library_that_is_missing_is_named(tmp_path: Path) -> None:
    a, b = files(tmp_path)
    missing = Late("a_library_that_is_not_there")
    found = compare_content("odd", a, b, lambda path: missing.open(path), lambda one, two: identical("odd"))
    assert "pip install 'a_library_that_is_not_there'" in found.detail


def test_the_same_content_in_other_bytes_is_equivalent(tmp_path: Path) -> None:
    a, b = files(tmp_path)
    found = compare_content("odd", a, b, lambda path: 1, lambda one, two: identical("odd"))
    assert found == settle(identical("odd"))
    assert found.verdict == "equivalent"


def test_a_fault_of_our_own_is_not_hidden(tmp_path: Path) -> None:
    a, b = files(tmp_path)

    def broken(one: int, two: int) -> Difference:
        raise AssertionError

    with pytest.raises(AssertionError):
        compare_content("odd", a, b, lambda path: 1, broken)


def test_the_sentence_names_the_first_leaf() -> None:
    leaf = Difference("m.w", "different", "by 3")
    node = gather_parts("m", [leaf, identical("m.b")])
    assert node.detail == "m.w: by 3"
    top = gather_parts("top", [node, identical("x"), only_in("y", "first")])
    assert top.detail == "2 of 3 parts differ; first: m.w: by 3"
    assert gather_parts("top", [identical("x")]) == identical("top")


def test_no_byte_outside_is_given(tmp_path: Path) -> None:
    view = map_file(files(tmp_path)[0])
    assert cut(view, 1, 2) == b"ne"
    for start, size in ((-1, 1), (0, 4), (3, 1), (0, -1)):
        with pytest.raises(Unreadable):
            cut(view, start, size)
    (tmp_path / "empty").touch()
    assert len(map_file(tmp_path / "empty")) == 0
