"""A snapshot of the Hub's cache is named, and each of its files held against its name."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from samerun.data.hf_hub import read_hub_snapshot, snapshot_place
from samerun.errors import BadInput

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE, SMALL = b"large file", b"# small\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository in the cache, as ``huggingface_hub`` leaves it."""
    top = tmp_path / "hub/datasets--me--pets"
    snapshot = top / "snapshots" / COMMIT
    (snapshot / "data").mkdir(parents=True)
    (top / "blobs").mkdir()
    (top / "refs").mkdir()
    (top / "refs/main").write_text(COMMIT)
    names = {
        "data/train.parquet": (LARGE, hashlib.sha256(LARGE).hexdigest()),
        "README.md": (SMALL, hashlib.sha1(b"blob %d\0" % len(SMALL) + SMALL).hexdigest()),
    }
    for path, (content, blob) in names.items():
        (top / "blobs" / blob).write_bytes(content)
        place = snapshot / path
        place.symlink_to(os.path.relpath(top / "blobs" / blob, place.parent))
    return top


def test_a_whole_snapshot(repository: Path) -> None:
    found = read_hub_snapshot(repository / "snapshots" / COMMIT)
    assert (found.kind, found.repository, found.revision, found.refs) == ("dataset", "me/pets", COMMIT, ("main",))
    assert (found.files, found.unnamed, found.problems) == (("README.md", "data/train.parquet"), (), ())


def test_the_hash_of_git_is_that_of_git() -> None:
    # git hash-object of "hello\n"
    assert hashlib.sha1(b"blob 6\0hello\n").hexdigest() == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_repository_means_main_or_its_only_snapshot(repository: Path) -> None:
    assert snapshot_place(repository) == repository / "snapshots" / COMMIT
    other = repository / "snapshots" / ("f" * 40)
    other.mkdir()
    assert snapshot_place(repository) == repository / "snapshots" / COMMIT
    (repository / "refs/main").unlink()
    assert snapshot_place(repository) is None
    other.rmdir()
    assert snapshot_place(repository) == repository / "snapshots" / COMMIT


@pytest.mark.parametrize("path", ["data/train.parquet", "README.md"])
def test_a_byte_that_changed_is_found(repository: Path, path: str) -> None:
    place = repository / "snapshots" / COMMIT / path
    place.resolve().write_bytes(place.read_bytes()[:-1] + b"?")
    (problem,) = read_hub_snapshot(repository).problems
    assert problem.startswith(f"{path} is not what was downloaded")


def test_a_file_that_was_not_downloaded(repository: Path) -> None:
    (repository / "snapshots" / COMMIT / "README.md").resolve().unlink()
    assert "is not there" in read_hub_snapshot(repository).problems[0]


def test_a_link_that_leads_out_is_not_read(repository: Path) -> None:
    place = repository / "snapshots" / COMMIT / "README.md"
    place.unlink()
    place.symlink_to("/etc/hostname")
    assert "leads out" in read_hub_snapshot(repository).problems[0]


def test_a_cache_without_links_has_names_that_say_nothing(repository: Path) -> None:
    place = repository / "snapshots" / COMMIT / "README.md"
    place.unlink()
    place.write_bytes(SMALL)
    found = read_hub_snapshot(repository)
    assert (found.unnamed, found.problems) == (("README.md",), ())


def test_an_empty_snapshot_is_not_whole(repository: Path) -> None:
    for path in ("README.md", "data/train.parquet"):
        (repository / "snapshots" / COMMIT / path).unlink()
    assert read_hub_snapshot(repository).problems == ("there is no file in it",)


@pytest.mark.parametrize("place", ["", "blobs", "snapshots", "refs", "gone"])
def test_what_is_no_snapshot(repository: Path, place: str) -> None:
    where = repository / place if place else repository.parent
    assert snapshot_place(where) is None
    with pytest.raises(BadInput, match="no snapshot"):
        read_hub_snapshot(where)


@pytest.mark.parametrize(("name", "kind"), [("models--bert", "model"), ("spaces--a--b", "space")])
def test_kinds(repository: Path, name: str, kind: str) -> None:
    repository = repository.rename(repository.with_name(name))
    found = read_hub_snapshot(repository)
    assert (found.kind, found.repository) == (kind, name.partition("--")[2].replace("--", "/"))
