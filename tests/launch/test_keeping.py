"""What is kept of a run's files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from samerun.basics import files
from samerun.basics.hashing import StatKey, hash_bytes, stat_key
from samerun.basics.redaction import Redactor
from samerun.launch import allowance
from samerun.launch.allowance import Allowance, KeepInputs
from samerun.launch.keeping import FULL, Keeper
from samerun.launch.known_inputs import KnownInputs
from samerun.record.missing import Missing
from samerun.store.objects import Objects


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


def keeper(objects: Objects, policy: KeepInputs = "small") -> Keeper:
    return Keeper(objects, Redactor(["hunter2hunter2"], key=b"k" * 32), Allowance(policy))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_bytes(b"1,2,3")
    return path


def test_a_file_is_kept_under_its_hash(objects: Objects, file: Path) -> None:
    kept = keeper(objects).keep_input(file, stat_key(file))
    assert (kept.hash, kept.kept, kept.secret) == (hash_bytes(b"1,2,3"), True, False)
    assert objects.read(hash_bytes(b"1,2,3")) == b"1,2,3"


def test_never_means_hashed_only(objects: Objects, file: Path) -> None:
    one = keeper(objects, "never")
    kept = one.keep_input(file, stat_key(file))
    assert (kept.hash, kept.kept, kept.why) == (hash_bytes(b"1,2,3"), False, "inputs are not kept")
    assert not one.keeps
    assert list(objects.all()) == []


def test_a_big_file_and_a_big_run_are_hashed_only(
    objects: Objects, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowance, "SMALL_FILE_BYTES", 4)
    assert "larger than" in keeper(objects).keep_input(file, stat_key(file)).why
    assert keeper(objects, "all").keep_input(file, stat_key(file)).kept
    monkeypatch.setattr(allowance, "SMALL_FILE_BYTES", 100)
    monkeypatch.setattr(allowance, "SMALL_RUN_BYTES", 8)
    one, other = keeper(objects), file.with_name("other.csv")
    other.write_bytes(b"4,5,6")
    assert one.keep_input(file, stat_key(file)).kept
    kept = one.keep_input(other, stat_key(other))
    assert (kept.hash, kept.kept, kept.why) == (hash_bytes(b"4,5,6"), False, "beyond 1 GB for the run")


@pytest.mark.parametrize("policy", ["never", "small"])
def test_a_file_that_changed_since_never_gets_the_later_hash(objects: Objects, file: Path, policy: KeepInputs) -> None:
    seen = stat_key(file)
    file.write_bytes(b"9,9,9")
    os.utime(file, ns=(seen.mtime_ns, seen.mtime_ns))
    kept = keeper(objects, policy).keep_input(file, seen)
    assert isinstance(kept.hash, Missing)
    assert not kept.kept


@pytest.mark.parametrize("policy", ["never", "small"])
def test_a_secret_is_known_by_a_keyed_hash_only(objects: Objects, tmp_path: Path, policy: KeepInputs) -> None:
    for name, content in ((".env", b"A=1"), ("a.txt", b"x hunter2hunter2 y")):
        (tmp_path / name).write_bytes(content)
        kept = keeper(objects, policy).keep_input(tmp_path / name, stat_key(tmp_path / name))
        assert kept.secret
        assert not kept.kept
        assert str(kept.hash).startswith("<redacted:")
    assert list(objects.all()) == []


def test_a_secret_that_changed_since_is_unknown_too(objects: Objects, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("A=1")
    seen = stat_key(file)
    file.write_text("A=22")
    assert isinstance(keeper(objects).keep_input(file, seen).hash, Missing)


def test_what_cannot_be_read_says_why(objects: Objects, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("gone", "folder"):
        kept = keeper(objects).keep(tmp_path / name)
        assert isinstance(kept.hash, Missing)
        assert kept.why == kept.hash.why != ""


def test_where_the_store_cannot_take_it_its_hash_is_known_all_the_same(
    objects: Objects, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, data: bytes, **named: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "write_atomic", full)
    kept = keeper(objects).keep_input(file, stat_key(file))
    assert (kept.hash, kept.kept) == (hash_bytes(b"1,2,3"), False)
    assert kept.why == "it cannot be kept: No space left on device"


def test_a_disk_is_not_filled_with_inputs(objects: Objects, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.write_bytes(b"x" * (2 << 20))
    objects.folder.mkdir()

    class Disk:
        f_bavail, f_frsize, f_blocks = 100 << 20, 1, 2000 << 20

    monkeypatch.setattr(os, "statvfs", lambda path: Disk)
    kept = keeper(objects, "all").keep_input(file, stat_key(file))
    assert (kept.hash, kept.kept, kept.why) == (hash_bytes(b"x" * (2 << 20)), False, FULL)
    Disk.f_bavail = 103 << 20
    assert keeper(objects, "all").keep_input(file, stat_key(file)).kept
    Disk.f_bavail = 0
    file.write_bytes(b"small")
    assert keeper(objects, "all").keep_input(file, stat_key(file)).kept, "a small one is tried"


def test_a_known_content_is_not_read_for_its_hash(objects: Objects, file: Path) -> None:
    file.write_bytes(b"x" * (2 << 20))
    digest = objects.add_file(file)
    asked: list[str] = []

    def known(path: str, key: StatKey) -> str | None:
        asked.append(path)
        return str(digest)

    one = Keeper(objects, Redactor(), Allowance(), KnownInputs(None, [known]))
    assert one.keep_input(file, stat_key(file)).hash == digest
    assert asked == [str(file)]


def test_what_is_kept_counts_only_once_it_is(objects: Objects, tmp_path: Path) -> None:
    given = Allowance("small")
    one = Keeper(objects, Redactor(key=b"k" * 32), given)
    (tmp_path / ".env").write_text("A=1")
    one.keep_input(tmp_path / ".env", stat_key(tmp_path / ".env"))
    one.keep_input(tmp_path / "gone", StatKey(5, 0, 0, 0, 0))
    assert given.why_not(allowance.SMALL_FILE_BYTES) == ""
    assert given._left == allowance.SMALL_RUN_BYTES


@pytest.mark.parametrize("policy", ["never", "small"])
def test_a_pipe_that_took_the_place_of_a_file_is_not_waited_for(
    objects: Objects, file: Path, policy: KeepInputs, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = stat_key(file)
    file.unlink()
    os.mkfifo(file)
    monkeypatch.setattr("builtins.open", lambda *given, **named: pytest.fail("it would hang"))
    kept = keeper(objects, policy).keep_input(file, seen)
    assert (kept.kept, isinstance(kept.hash, Missing)) == (False, True)
