"""``samerun data verify`` of files of DVC and of locks of addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

Samerun = Callable[..., Any]


@pytest.fixture
def repository(samerun: Samerun) -> Path:
    """A file that DVC tracks in the current folder."""
    Path(".dvc").mkdir()
    Path("a.csv").write_text("a\n1\n")
    digest = hashlib.md5(b"a\n1\n").hexdigest()
    Path("a.csv.dvc").write_text(
        f"deps:\n- {{path: 's3://b/k', etag: x}}\nouts:\n- {{path: a.csv, md5: {digest}, size: 4, hash: md5}}\n"
    )
    return Path(".")


@pytest.fixture
def bucket(samerun: Samerun) -> Iterator[Any]:
    """A locked bucket in memory."""
    fs = pytest.importorskip("fsspec").filesystem("memory")
    fs.store.clear()
    fs.pipe({"/b/data/a": b"one", "/b/data/b": b"two"})
    assert samerun("data", "lock", "memory:///b/data", "--bytes", "-o", "r.lock").status == 0
    yield fs
    fs.store.clear()


def test_dvc_same_and_different(samerun: Samerun, repository: Path) -> None:
    answer = samerun("data", "verify", "a.csv.dvc")
    assert answer.status == 0
    assert answer.out.startswith("same: 1 tracked path (1 file, 4 bytes), by bytes")
    assert "not looked at: s3://b/k: it is a remote file" in answer.out
    Path("a.csv").write_text("a\n2\n")
    answer = samerun("data", "verify", "a.csv.dvc")
    assert (answer.status, "a.csv: 4 bytes with another content" in answer.out) == (1, True)


def test_dvc_as_a_document(samerun: Samerun, repository: Path) -> None:
    Path("a.csv").unlink()
    document = samerun("data", "verify", "a.csv.dvc", "--json").document
    assert document["schema"] == "samerun.data-dvc/1"
    assert (document["same"], document["counts"]["removed"], document["items"]) == (False, 1, 1)
    assert document["changes"][0]["a"] == {"kind": "file", "size": 4, "md5": hashlib.md5(b"a\n1\n").hexdigest()}
    assert document["elsewhere"] == [{"place": "s3://b/k", "why": "it is a remote file"}]


def test_dvc_that_could_not_be_told(samerun: Samerun, repository: Path) -> None:
    Path("x.dvc").write_text("outs:\n- path: a.csv\n")
    answer = samerun("data", "verify", "x.dvc")
    assert (answer.status, "no MD5" in answer.out) == (2, True)


def test_dvc_that_cannot_be_trusted(samerun: Samerun, repository: Path) -> None:
    Path("x.dvc").write_text(f"outs:\n- {{path: ../x, md5: {'0' * 32}}}\n")
    answer = samerun("data", "verify", "x.dvc", "--json")
    assert (answer.status, answer.document["schema"]) == (2, "samerun.error/1")


@pytest.mark.parametrize("option", ["--quick", "--bytes", "--root=."])
def test_options_that_do_not_go_with_dvc(samerun: Samerun, repository: Path, option: str) -> None:
    answer = samerun("data", "verify", "a.csv.dvc", option)
    assert (answer.status, "belong" in answer.err) == (2, True)


def test_remote_same_and_different(samerun: Samerun, bucket: Any) -> None:
    assert "same: 2 remote files, 6 bytes, by what the servers say" in samerun("data", "verify", "r.lock").out
    assert "by bytes" in samerun("data", "verify", "r.lock", "--bytes").out
    bucket.pipe({"/b/data/a": b"ONE"})
    answer = samerun("data", "verify", "r.lock", "--bytes")
    assert (answer.status, "memory:///b/data/a: other bytes" in answer.out) == (1, True)


def test_remote_as_a_document(samerun: Samerun, bucket: Any) -> None:
    bucket.rm("/b/data/b")
    document = samerun("data", "verify", "r.lock", "--json").document
    assert (document["schema"], document["same"], document["urls"]) == (
        "samerun.data-remote/1",
        False,
        ["memory:///b/data"],
    )
    assert document["changes"][0]["what"] == "removed"


def test_remote_at_another_address(samerun: Samerun, bucket: Any) -> None:
    bucket.pipe({"/c/a": b"one", "/c/b": b"two"})
    assert samerun("data", "verify", "r.lock", "--root", "memory:///c", "--bytes").status == 0


def test_bytes_belong_to_remote_files(samerun: Samerun) -> None:
    Path("data").mkdir()
    Path("data/a").write_text("a")
    samerun("data", "lock", "data")
    answer = samerun("data", "verify", "data.lock", "--bytes")
    assert (answer.status, "--bytes is for" in answer.err) == (2, True)
