"""The text of a lock of remote files: one text for the same files, read back as written, else refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.basics.hashing import hash_bytes
from samerun.data.lock_file import is_lock
from samerun.data.remote_files import RemoteEntry
from samerun.data.remote_lock import (
    RemoteLock,
    encode_remote_lock,
    parse_remote_lock,
    read_remote_lock,
    remote_lock_of,
    write_remote_lock,
)
from samerun.data.remote_names import is_remote_lock
from samerun.errors import BadLock

ENTRIES = [RemoteEntry("s3://b/d/x", 3, "t", "2026"), RemoteEntry("s3://b/d/a", None, "", "2025")]
LOCK = remote_lock_of(["s3://b/d"], ENTRIES, read=False)


def test_it_is_read_back_and_is_text(tmp_path: Path) -> None:
    write_remote_lock(LOCK, tmp_path / "r.lock")
    assert read_remote_lock(tmp_path / "r.lock") == LOCK
    assert (tmp_path / "r.lock").read_text().splitlines()[1:] == [
        '{"url":"s3://b/d/a","modified":"2025"}',
        '{"url":"s3://b/d/x","size":3,"etag":"t","modified":"2026"}',
    ]
    assert (is_remote_lock(tmp_path / "r.lock"), is_lock(tmp_path / "r.lock")) == (True, False)


def test_the_order_in_which_files_are_found_does_not_matter() -> None:
    assert remote_lock_of(["s3://b/d"], [*reversed(ENTRIES), ENTRIES[0]], read=False) == LOCK


def test_what_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("{}")
    assert [is_remote_lock(tmp_path / name) for name in ("x", "gone", ".")] == [False, False, False]
    with pytest.raises(BadLock, match="cannot be read"):
        read_remote_lock(tmp_path / "gone")


def text_of(lock: RemoteLock) -> bytes:
    return encode_remote_lock(lock)


HASH = "0" * 64
BAD: dict[str, RemoteLock] = {
    "no address": RemoteLock((), ()),
    "unsorted addresses": RemoteLock(("s3://c", "s3://b"), ()),
    "unsorted": RemoteLock(("s3://b",), (RemoteEntry("s3://b/b"), RemoteEntry("s3://b/a"))),
    "twice": RemoteLock(("s3://b",), (RemoteEntry("s3://b/b"), RemoteEntry("s3://b/b"))),
    "outside": RemoteLock(("s3://b/a",), (RemoteEntry("s3://b/ab"),)),
    "a file of this machine": RemoteLock(("file:///etc",), (RemoteEntry("file:///etc/passwd"),)),
    "a password": RemoteLock(("https://me:x@h/a",), (RemoteEntry("https://me:x@h/a"),)),
    "a signature": RemoteLock(("https://h/a?sig=1",), (RemoteEntry("https://h/a?sig=1"),)),
    "no hash": RemoteLock(("s3://b",), (RemoteEntry("s3://b/b"),), read=True),
    "a hash that was not read": RemoteLock(("s3://b",), (RemoteEntry("s3://b/b", blake3=HASH),)),
    "no real hash": RemoteLock(("s3://b",), (RemoteEntry("s3://b/b", blake3="x"),), read=True),
    "no size": RemoteLock(("s3://b",), (RemoteEntry("s3://b/b", -1),)),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_trusted(case: str) -> None:
    with pytest.raises(BadLock, match="cannot be trusted"):
        parse_remote_lock(text_of(BAD[case]))


@pytest.mark.parametrize(
    "change",
    [
        (b"", b" "),
        (b'"size":3', b'"size":4'),
        (b"\n", b"\r\n"),
        (b"-lock/1", b"-lock/2"),
        (b'"files":2', b'"files":3'),
        (b'"etag":"t"', b'"etag":"t","x":1'),
        (b'"size":3', b'"size": 3'),
        (b"s3://b/d/x", b"s3://b/d/\xff"),
    ],
)
def test_a_changed_text_is_refused(change: tuple[bytes, bytes]) -> None:
    with pytest.raises(BadLock):
        parse_remote_lock(text_of(LOCK).replace(*change, 1))


def test_every_shorter_text_is_refused() -> None:
    text = text_of(LOCK)
    for end in range(len(text)):
        with pytest.raises(BadLock):
            parse_remote_lock(text[:end])


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.builds(
            RemoteEntry,
            st.text("abc/é ?#%", min_size=1, max_size=8).map(lambda path: f"s3://b/{path}x"),
            st.none() | st.integers(0, 2**63 - 1),
            st.text(max_size=5),
            st.text(max_size=5),
            st.just(hash_bytes(b"")),
        ),
        max_size=5,
    )
)
def test_any_lock_is_read_back(entries: list[RemoteEntry]) -> None:
    lock = remote_lock_of(["s3://b"], entries, read=True)
    assert parse_remote_lock(encode_remote_lock(lock)) == lock
