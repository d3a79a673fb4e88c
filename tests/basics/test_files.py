"""Files are written whole or not at all, private, and every failure is told."""

from __future__ import annotations

import errno
import os
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from samerun.basics import files

CALLS = ("open", "write", "fsync", "fchmod", "replace", "close", "ftruncate", "fstat")


class FailingDisk:
    """Stands for ``os`` in the module of files: the Nth call fails, once or from then on."""

    def __init__(self, fail_at: int, error: int, lasting: bool = False) -> None:
        self.count = 0
        self.fail_at = fail_at
        self.error = error
        self.lasting = lasting

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._counted(real) if name in CALLS else real

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            self.count += 1
            hit = self.count == self.fail_at or (self.lasting and self.count > self.fail_at)
            if hit and self.error == 0 and real is os.write and len(args[1]) > 1:
                return os.write(args[0], bytes(args[1])[: len(args[1]) // 2])
            if hit and self.error and real is not os.close:
                raise OSError(self.error, os.strerror(self.error))
            return real(*args, **keywords)

        return call


def failures() -> Iterator[tuple[int, int, bool]]:
    for error in (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EROFS, errno.EACCES, 0):
        for lasting in (False, True):
            for fail_at in range(1, 9):
                yield fail_at, error, lasting


@pytest.mark.parametrize("durable", [False, True])
def test_a_failed_write_leaves_the_old_content_and_no_rubbish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, durable: bool
) -> None:
    for fail_at, error, lasting in failures():
        path = tmp_path / "file"
        files.write_atomic(path, b"old content")
        with monkeypatch.context() as patched:
            patched.setattr(files, "os", FailingDisk(fail_at, error, lasting))
            try:
                files.write_atomic(path, b"new content", durable=durable)
                acknowledged = True
            except OSError:
                acknowledged = False
        content = path.read_bytes()
        assert content in (b"old content", b"new content")
        if acknowledged:
            assert content == b"new content", (fail_at, error, lasting)
        assert os.listdir(tmp_path) == ["file"], (fail_at, error, lasting)


def test_an_acknowledged_record_is_whole_and_a_failed_one_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, (fail_at, error, lasting) in enumerate(failures()):
        path = tmp_path / str(number)
        log = files.AppendFile(path)
        acknowledged = []
        with monkeypatch.context() as patched:
            patched.setattr(files, "os", FailingDisk(fail_at, error, lasting))
            for ordinal in range(6):
                record = b"record %d\n" % ordinal
                try:
                    log.append(record)
                except OSError:
                    continue
                acknowledged.append(record)
        log.append(b"after\n")
        log.close()
        assert path.read_bytes() == b"".join([*acknowledged, b"after\n"]), (fail_at, error, lasting)


def test_a_record_that_could_not_be_synced_is_never_acknowledged_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = files.AppendFile(tmp_path / "log", durable=True)
    with monkeypatch.context() as patched:
        patched.setattr(files, "os", FailingDisk(2, errno.EIO))
        with pytest.raises(OSError, match="Input/output"):
            log.append(b"one\n")
        with pytest.raises(OSError, match="Bad file descriptor"):
            log.append(b"two\n")


def test_a_torn_last_record_is_cut_off_at_opening(tmp_path: Path) -> None:
    path = tmp_path / "log"
    for content, kept in ((b"", b""), (b"torn", b""), (b"a\nb\ntor", b"a\nb\n"), (b"a\n" + b"x" * 3_000_000, b"a\n")):
        path.write_bytes(content)
        files.AppendFile(path).close()
        assert path.read_bytes() == kept


def test_everything_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = files.make_folder(tmp_path / "a" / "b")
        files.write_atomic(folder / "file", b"x")
        files.AppendFile(folder / "log").close()
        files.create_once(folder / "once", b"x")
        with files.locked(folder / "lock"):
            pass
        files.copy_file(folder / "file", folder / "copy")
    finally:
        os.umask(before)
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a").rglob("*")}
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o700
    assert modes
    assert all(mode & 0o077 == 0 for mode in modes.values())


def test_temporary_names_cannot_be_guessed(tmp_path: Path) -> None:
    names = {files.temporary_name(tmp_path / "file").name for _ in range(1000)}
    assert len(names) == 1000
    assert all(files.is_temporary(name) for name in names)
    assert not files.is_temporary("run.json")
    assert not files.is_temporary(".hidden")


def test_a_copy_is_no_link(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3 << 20))
    copy = tmp_path / "copy"
    assert files.copy_file(source, copy, mode=0o600) in ("copy", "reflink")
    assert copy.read_bytes() == source.read_bytes()
    copy.write_bytes(b"changed")
    assert source.stat().st_size == 3 << 20
    assert source.stat().st_nlink == 1


def test_a_copy_of_what_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.copy_file(tmp_path / "absent", tmp_path / "copy")
    assert os.listdir(tmp_path) == []


def test_a_new_copy_stands_where_nothing_was(tmp_path: Path) -> None:
    source, there = tmp_path / "source", tmp_path / "there"
    source.write_bytes(b"x" * (files.CHUNK + 5))
    files.copy_new(source, tmp_path / "copy", mode=0o640)
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o640
    there.symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        files.copy_new(source, there)
    with pytest.raises(FileNotFoundError):
        files.copy_new(tmp_path / "gone", tmp_path / "new")
    assert not (tmp_path / "new").exists()
    assert not (tmp_path / "nowhere").exists()


def test_a_link_between_own_files_shares_them(tmp_path: Path) -> None:
    files.write_atomic(tmp_path / "a", b"x", mode=0o400)
    assert files.link_or_copy(tmp_path / "a", tmp_path / "b") == "link"
    assert (tmp_path / "a").samefile(tmp_path / "b")
    with pytest.raises(FileExistsError):
        files.link_or_copy(tmp_path / "a", tmp_path / "b")


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One of samerun's own read-only files, on a device of which nothing is known."""
    monkeypatch.setattr(files, "_NO_REFLINKS", set())
    files.write_atomic(tmp_path / "own", b"x", mode=0o400)
    return tmp_path / "own"


def test_a_second_name_is_a_reflink_first(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def reflink(source: int, target: int) -> bool:  # what FICLONE does, where no file system here can do it
        os.write(target, os.pread(source, 100, 0))
        return True

    monkeypatch.setattr(files, "_reflink", reflink)
    other = own.with_name("other")
    assert files.share(own, other) == "reflink"
    assert not own.samefile(other)
    assert (other.read_bytes(), other.stat().st_mode & 0o777, other.stat().st_nlink) == (b"x", 0o400, 1)
    with pytest.raises(FileExistsError):
        files.share(own, other)
    assert sorted(os.listdir(own.parent)) == ["other", "own"]


def test_else_a_link_to_the_read_only_copy_else_a_copy(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def refuse(source: int, target: int) -> bool:
        asked.append(source)
        return False

    monkeypatch.setattr(files, "_reflink", refuse)
    names = [own.with_name(name) for name in ("one", "two", "three")]
    assert [files.share(own, name) for name in names[:2]] == ["link", "link"]
    assert (own.samefile(names[0]), len(asked)) == (True, 1)
    monkeypatch.setattr(files.os, "link", lambda *given, **named: (_ for _ in ()).throw(OSError(1, "no")))
    assert files.share(own, names[2]) == "copy"
    assert (names[2].read_bytes(), names[2].stat().st_mode & 0o777, names[2].samefile(own)) == (b"x", 0o400, False)
    assert len(os.listdir(own.parent)) == 4


def test_of_many_creators_one_creates(tmp_path: Path) -> None:
    won: list[int] = []
    start = threading.Barrier(16)

    def create(number: int) -> None:
        start.wait()
        if files.create_once(tmp_path / "once", b"%d" % number):
            won.append(number)

    threads = [threading.Thread(target=create, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert (tmp_path / "once").read_bytes() == b"%d" % won[0]
    assert os.listdir(tmp_path) == ["once"]


def test_a_tree_is_removed_without_following_links(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("x")
    tree = tmp_path / "tree"
    (tree / "below").mkdir(parents=True)
    (tree / "below" / "file").write_text("x")
    (tree / "link").symlink_to(outside)
    (tree / "dangling").symlink_to("nowhere")
    os.chmod(tree / "below" / "file", 0o400)
    os.chmod(tree / "below", 0o500)
    files.remove_tree(tree)
    files.remove_tree(tree)
    assert not tree.exists()
    assert (outside / "precious").exists()


def test_a_link_to_a_folder_is_removed_as_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    files.remove_tree(tmp_path / "link")
    assert os.listdir(tmp_path) == ["real"]


def test_a_free_name_is_free(tmp_path: Path) -> None:
    assert files.free_name(tmp_path / "a.txt") == tmp_path / "a.txt"
    (tmp_path / "a.txt").touch()
    (tmp_path / "a-2.txt").symlink_to("nowhere")
    assert files.free_name(tmp_path / "a.txt") == tmp_path / "a-3.txt"


def test_files_below_are_sorted_and_links_stay_links(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "z").write_text("12")
    (tmp_path / "a").symlink_to("b")
    found = list(files.files_below(tmp_path))
    assert [name for name, _ in found] == ["a", "b/z"]
    assert stat.S_ISLNK(found[0][1].st_mode)
    assert found[1][1].st_size == 2


def test_a_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OSError):
        files.make_folder(tmp_path / "file" / "below")


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "pipe")
    assert files.read_regular(tmp_path / "link") == b"content"
    assert files.read_regular(tmp_path / "file", 3) == b"con"
    for name in ("pipe", ".", "/dev/zero", "gone"):
        with pytest.raises(OSError):
            files.read_regular(tmp_path / name)
