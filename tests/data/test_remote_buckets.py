"""Buckets by fsspec: its own in memory here, a server that speaks S3 in tests/frameworks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from samerun.data import remote_buckets
from samerun.data.remote_buckets import BucketSource
from samerun.data.remote_files import is_gone
from samerun.errors import MissingData, MissingExtra
from samerun.outputs.late import Late

fsspec = pytest.importorskip("fsspec")


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A bucket in memory with two files."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pipe({"/b/data/a": b"one", "/b/data/x/b c?": b"two!", "/b/other": b""})
    yield fs
    fs.store.clear()


def test_a_folder(bucket: Any) -> None:
    found = BucketSource("memory://b/data").entries("memory://b/data")
    assert [(entry.url, entry.size) for entry in found] == [("memory:///b/data/a", 3), ("memory:///b/data/x/b c?", 4)]
    assert all(datetime.fromisoformat(entry.modified) for entry in found)


def test_a_file(bucket: Any) -> None:
    source = BucketSource("memory:///b/data/x/b c?")
    assert source.entries("memory:///b/data/x/b c?")[0].size == 4
    assert b"".join(source.pieces("memory:///b/data/x/b c?")) == b"two!"


def test_what_is_changed_meanwhile_is_seen(bucket: Any) -> None:
    source = BucketSource("memory://b")
    source.entries("memory://b/data")
    bucket.pipe("/b/data/a", b"longer")
    assert source.entries("memory://b/data")[0].size == 6


@pytest.mark.parametrize("act", ["entries", "pieces"])
def test_what_is_not_there(bucket: Any, act: str) -> None:
    with pytest.raises(MissingData, match="nothing there") as caught:
        list(getattr(BucketSource("memory://b"), act)("memory:///b/gone"))
    assert is_gone(caught.value)


class _Botocore(Exception):
    """Stands for what a package raises that is no OSError."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError("no"), "refuses"),
        (TimeoutError(), "in time"),
        (OSError("broken at memory://me:hunter22@b"), "it fails (OSError"),
        (_Botocore("Unable to locate credentials; secret_key=abcdef0123456789"), "Unable to locate"),
        (type("FileExpired", (OSError,), {})(), "changed while it was read"),
    ],
)
def test_what_goes_wrong_is_a_sentence_without_secrets(
    bucket: Any, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setitem(sys.modules, "botocore.exceptions", type("m", (), {"BotoCoreError": _Botocore}))
    source = BucketSource("memory://b")
    monkeypatch.setattr(source._fs, "info", fail)
    with pytest.raises(MissingData) as caught:
        source.entries("memory://b")
    assert said in caught.value.sentence
    assert "hunter22" not in str(caught.value)
    assert "abcdef0123456789" not in str(caught.value)


def test_the_names_that_stores_give_to_the_same_thing() -> None:
    def first(**facts: object) -> tuple[str, str]:
        return remote_buckets._first(facts, remote_buckets._TAGS), remote_buckets._first(facts, remote_buckets._TIMES)

    moment = datetime(2026, 1, 2)
    assert first(ETag='"x"', LastModified=moment) == ("x", "2026-01-02T00:00:00")
    assert first(etag="C=", updated="2026") == ("C=", "2026")
    there = datetime(2026, 1, 2, 1, tzinfo=timezone(timedelta(hours=1)))
    assert first(created=there) == first(created=there.timestamp()) == ("", "2026-01-02T00:00:00+00:00")
    assert first() == ("", "")


@pytest.mark.parametrize(("absent", "url", "wanted"), [("fsspec", "s3://b", "s3fs"), ("adlfs", "az://b", "adlfs")])
def test_what_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch, absent: str, url: str, wanted: str) -> None:
    monkeypatch.setitem(sys.modules, absent, None)
    monkeypatch.setattr(remote_buckets, "fsspec", Late("fsspec"))
    with pytest.raises(MissingExtra, match="not installed") as caught:
        BucketSource(url)
    assert wanted in caught.value.next_step
