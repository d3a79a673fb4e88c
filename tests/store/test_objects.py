"""Contents are kept once, whole or not at all, and never change by what is done to a copy."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from samerun.basics import hashing
from samerun.basics.hashing import hash_bytes, stat_key
from samerun.errors import StoreTrouble
from samerun.record.missing import Missing
from samerun.store import objects as module
from samerun.store.objects import Objects


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


def test_what_is_added_is_read_and_kept_once(objects: Objects, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    digest = objects.add_file(tmp_path / "file")
    assert digest == objects.add_bytes(b"content") == hash_bytes(b"content")
    assert objects.read(str(digest)) == b"content"
    assert list(objects.all()) == [digest]
    assert stat.S_IMODE(objects.path(str(digest)).stat().st_mode) == 0o400


def test_the_file_itself_is_neither_changed_nor_linked(objects: Objects, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    before = file.stat()
    digest = str(objects.add_file(file))
    assert file.stat() == before or file.stat().st_atime_ns != before.st_atime_ns
    assert file.stat().st_nlink == 1
    file.write_bytes(b"changed")
    assert objects.read(digest) == b"content"


def test_a_file_that_is_another_by_now_is_missing(objects: Objects, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"content")
    expected = stat_key(file)
    file.write_bytes(b"other content")
    assert isinstance(objects.add_file(file, expect=expected), Missing)


@pytest.mark.parametrize("when", ["first hash", "copy"])
def test_a_file_that_changes_while_it_is_read_is_missing(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"a" * 100_000)

    def hash_then_change(path: Path) -> str:
        digest = hashing.hash_file(path)
        if (path == file) == (when == "first hash"):
            file.write_bytes(b"b" * 100_000)
        return digest

    monkeypatch.setattr(module, "hash_file", hash_then_change)
    assert isinstance(objects.add_file(file), Missing)
    for digest in objects.all():
        assert hash_bytes(objects.path(digest).read_bytes()) == digest
    assert not [name for name in os.listdir(tmp_path) if name.endswith(".tmp")]


def test_a_small_file_that_changes_while_it_is_read_is_missing(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"a" * 100)
    real = module.files.read_bytes

    def read_then_change(path: Path) -> bytes:
        data = real(path)
        file.write_bytes(b"b" * 100)
        return data

    monkeypatch.setattr(module.files, "read_bytes", read_then_change)
    assert isinstance(objects.add_file(file), Missing)
    assert list(objects.all()) == []


def test_a_file_whose_hash_is_known_is_not_read_if_it_is_here(
    objects: Objects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"a" * 100_000)
    digest = objects.add_file(file)
    assert isinstance(digest, str)
    os.utime(objects.path(digest), (1, 1))
    monkeypatch.setattr(module, "hash_file", lambda path: pytest.fail("it was read"))
    assert objects.add_file(file, digest=digest) == digest
    assert objects.path(digest).stat().st_mtime > 1, "collecting sees that it is needed"


def test_a_hash_that_was_wrongly_known_puts_nothing_there(objects: Objects, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"a" * 100_000)
    assert isinstance(objects.add_file(file, digest=hash_bytes(b"other")), Missing)
    assert list(objects.all()) == []


def test_a_placed_copy_can_be_written_to(objects: Objects, tmp_path: Path) -> None:
    digest = objects.add_bytes(b"content")
    objects.place(digest, tmp_path / "copy", 0o640)
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o640
    (tmp_path / "copy").write_bytes(b"changed")
    assert objects.read(digest) == b"content"


def test_damage_is_found_and_never_handed_out(objects: Objects, tmp_path: Path) -> None:
    digest = objects.add_bytes(b"content")
    path = objects.path(digest)
    path.chmod(0o600)
    path.write_bytes(b"contEnt")
    assert not objects.verify(digest)
    with pytest.raises(StoreTrouble, match="damaged"):
        objects.read(digest)
    with pytest.raises(StoreTrouble, match="damaged"):
        objects.place(digest, tmp_path / "copy")
    assert os.listdir(tmp_path) == ["objects"]


@pytest.mark.parametrize("digest", ["", "../../../etc/passwd", "A" * 64, "g" * 64, "0" * 63, "0" * 62 + "/x"])
def test_what_is_no_hash_names_no_file(objects: Objects, digest: str) -> None:
    with pytest.raises(StoreTrouble, match="no BLAKE3"):
        objects.path(digest)


def test_what_is_not_here(objects: Objects, tmp_path: Path) -> None:
    digest = "0" * 64
    assert not objects.has(digest)
    assert not objects.verify(digest)
    assert list(objects.all()) == []
    for act in (lambda: objects.read(digest), lambda: objects.place(digest, tmp_path / "copy")):
        with pytest.raises(FileNotFoundError):
            act()


def test_many_may_add_the_same_at_once(objects: Objects, tmp_path: Path) -> None:
    sources = []
    for number in range(8):
        source = tmp_path / f"source{number}"
        source.write_bytes(b"same content" * 10_000)
        sources.append(source)
    found: list[object] = []
    threads = [threading.Thread(target=lambda path=path: found.append(objects.add_file(path))) for path in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(found) == {hash_bytes(b"same content" * 10_000)}
    assert len(list((tmp_path / "objects").rglob("*"))) == 2
