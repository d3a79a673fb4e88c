from __future__ import annotations

import tarfile
import zipfile
from pathlib import Path

import pytest

from samerun.outputs.members import Tar, Zip
from samerun.outputs.reading import Unreadable


def test_what_an_archive_holds(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("d/", "")
        archive.writestr("d/a", "one")
        archive.writestr("b", "one")
    opened = Zip().index(path)
    assert {name: member.what for name, member in opened.members.items()} == {
        "d/": "folder",
        "d/a": "file",
        "b": "file",
    }
    assert opened.members["d/a"].is_same(opened.members["b"])
    opened.copy("d/a", tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "one"


def test_links_are_told_and_never_followed(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    link = tarfile.TarInfo("l")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(path, "w") as archive:
        archive.addfile(link)
    opened = Tar().index(path)
    assert opened.members["l"].what == "link to /etc/passwd"
    with pytest.raises((Unreadable, KeyError)):
        opened.copy("l", tmp_path / "copy")


def test_a_copy_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "one")
    (tmp_path / "copy").write_text("kept")
    with pytest.raises(FileExistsError):
        Zip().index(path).copy("a", tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "kept"
