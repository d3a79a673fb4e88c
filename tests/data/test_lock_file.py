"""A lock has one text, says what it says, and whatever is not that text is refused."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from samerun.basics.hashing import hash_bytes
from samerun.data.lock_file import SCHEMA, Lock, encode_lock, is_lock, parse_lock, read_lock, write_lock
from samerun.data.manifest import Entry, Manifest, manifest_of
from samerun.errors import BadLock

A, B = "a" * 64, "b" * 64
ENTRIES = (
    Entry("data/a.csv", size=12, blake3=A, sha256=B, md5="c" * 32),
    Entry("data/empty", size=0, blake3=B),
    Entry("data/folder", "folder"),
    Entry("data/link", "link", target="a.csv"),
    Entry('data/new\nline"\\', size=1, blake3=A),
    Entry("data/pipe", "special", special="pipe"),
    Entry("data/\udcff", "link", target="\udcfe/x"),
    Entry("data/é\x7f", size=1, blake3=A),
)
LOCK = Lock(("data",), manifest_of(ENTRIES))


def test_the_text() -> None:
    lock = Lock(("data",), manifest_of([ENTRIES[0], ENTRIES[3]]))
    body = (
        f'{{"path":"data/a.csv","size":12,"blake3":"{A}","sha256":"{B}","md5":"{"c" * 32}"}}\n'
        '{"path":"data/link","kind":"link","target":"a.csv"}\n'
    )
    assert encode_lock(lock).decode() == (
        f'{{"schema":"samerun.data-lock/1","paths":["data"],"root":"{lock.root}","files":1,"links":1,"folders":0,'
        f'"special":0,"bytes":12,"body":"{hash_bytes(body.encode())}"}}\n{body}'
    )


def test_every_line_is_json_and_no_control_character_stands_in_it() -> None:
    data = encode_lock(LOCK)
    lines = [json.loads(line) for line in data.splitlines()]
    assert lines[0]["schema"] == SCHEMA
    assert lines[-1] == {"path_hex": b"data/\xff".hex(), "kind": "link", "target_hex": b"\xfe/x".hex()}
    assert not [byte for byte in data if (byte < 0x20 and byte != 0x0A) or byte == 0x7F]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_lock(LOCK, tmp_path / "lock")
    assert read_lock(tmp_path / "lock") == LOCK
    assert is_lock(tmp_path / "lock")
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o644
    (tmp_path / "lock").chmod(0o600)
    write_lock(LOCK, tmp_path / "lock")
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o600


def test_one_added_file_is_one_added_line_but_for_the_header() -> None:
    more = Lock(("data",), manifest_of([*ENTRIES, Entry("data/b", size=1, blake3=A)]))
    before, after = (set(encode_lock(lock).splitlines()[1:]) for lock in (LOCK, more))
    assert (len(after - before), len(before - after)) == (1, 0)


def test_paths_of_any_bytes() -> None:
    lock = Lock(("\udcff",), Manifest((Entry("\udcff", size=1, blake3=A),)))
    assert parse_lock(encode_lock(lock)) == lock
    empty = Lock((".",), Manifest(()))
    assert parse_lock(encode_lock(empty)) == empty


parts = some.text(
    alphabet=some.sampled_from("aB.\n\\\"' é\u0301\u2028\x00\x1b\x7f😀\udc80\udcff"), min_size=1, max_size=4
).filter(lambda part: part not in (".", "..") and "\0" not in part)
paths = some.lists(parts, min_size=1, max_size=3).map("/".join)
digests = some.sampled_from([A, B, "0" * 64])
files = some.builds(Entry, path=paths, size=some.integers(0, 2**63 - 1), blake3=digests)
others = some.one_of(
    some.builds(Entry, path=paths, kind=some.just("link"), target=parts),
    some.builds(Entry, path=paths, kind=some.just("folder")),
    some.builds(Entry, path=paths, kind=some.just("special"), special=some.sampled_from(["pipe", "socket"])),
)


@settings(deadline=None, max_examples=100)
@given(some.lists(some.one_of(files, others), max_size=6, unique_by=lambda entry: entry.path))
def test_any_tree_comes_back(entries: list[Entry]) -> None:
    taken = {entry.path for entry in entries}
    kept = [entry for entry in entries if not any(entry.path.startswith(f"{path}/") for path in taken)]
    lock = Lock((".",), manifest_of(kept))
    assert parse_lock(encode_lock(lock)) == lock


def test_every_truncation_is_refused() -> None:
    data = encode_lock(LOCK)
    for size in range(len(data)):
        with pytest.raises(BadLock):
            parse_lock(data[:size])


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
def test_every_flipped_bit_is_refused(bit: int) -> None:
    data = encode_lock(LOCK)
    for at in range(len(data)):
        changed = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
        with pytest.raises(BadLock):
            parse_lock(changed)


@settings(deadline=None, max_examples=100)
@given(some.binary(max_size=60))
def test_no_bytes_are_a_surprise(data: bytes) -> None:
    for text in (data, encode_lock(LOCK) + data, b'{"schema":"samerun.data-lock/1"' + data):
        with suppress(BadLock):
            assert encode_lock(parse_lock(text)) == text


def resealed(lines: list[str]) -> bytes:
    """Return a lock with these entries whose root and counts are right, so that only the entries can be wrong."""
    entries = []
    for line in lines:
        fields = json.loads(line)
        entries.append(Entry(**fields))
    made = Lock(("data",), Manifest(tuple(entries)))
    return encode_lock(made)


WRONG = {
    "climbs": ['{"path":"data/../../etc/passwd"}'],
    "climbs at its start": ['{"path":"../data"}'],
    "absolute": ['{"path":"/etc/passwd"}'],
    "nothing": ['{"path":""}'],
    "a dot": ['{"path":"data/./a"}'],
    "two slashes": ['{"path":"data//a"}'],
    "a slash at its end": ['{"path":"data/a/"}'],
    "a NUL": ['{"path":"data/\\u0000"}'],
    "twice": ['{"path":"data/a"}', '{"path":"data/a"}'],
    "wrong order": ['{"path":"data/b"}', '{"path":"data/a"}'],
    "outside of the paths": ['{"path":"other"}'],
    "beside the path": ['{"path":"data2"}'],
    "below a file": ['{"path":"data/a"}', '{"path":"data/a/b"}'],
    "below a link": ['{"path":"data/a","kind":"link","target":"/etc"}', '{"path":"data/a/passwd"}'],
}


@pytest.mark.parametrize("lines", WRONG.values(), ids=WRONG.keys())
def test_what_leads_elsewhere_is_refused(lines: list[str]) -> None:
    files = [line if "kind" in line else line[:-1] + f',"size":1,"blake3":"{A}"}}' for line in lines]
    with pytest.raises(BadLock, match="cannot be trusted"):
        parse_lock(resealed(files))


def test_a_name_that_is_too_long_to_be_read_is_not_said_whole() -> None:
    text = encode_lock(Lock((".",), Manifest((Entry("x" * 100_000, size=-1, blake3=A),))))
    with pytest.raises(BadLock) as caught:
        parse_lock(text)
    assert len(str(caught.value)) < 1_000
    assert caught.value.sentence.endswith("has a size that no file has.")


def test_the_same_with_nothing_wrong_is_read() -> None:
    assert parse_lock(resealed([f'{{"path":"data/a","size":1,"blake3":"{A}"}}']))


HEADERS = {
    "another version": ("data-lock/1", "data-lock/2"),
    "another schema": ("samerun.data-lock/1", "samerun.run/1"),
    "a key more": ('"files"', '"more":1,"files"'),
    "no paths": ('"paths":["data"]', '"paths":[]'),
    "a path that climbs": ('"paths":["data"]', '"paths":["../data"]'),
    "an absolute path": ('"paths":["data"]', '"paths":["/data"]'),
    "two paths in one": ('"paths":["data"]', '"paths":["data","data/a"]'),
    "a wrong count": ('"links":2', '"links":3'),
    "spaces": ('"paths":', '"paths": '),
    "line ends of Windows": ("\n", "\r\n"),
}


@pytest.mark.parametrize(("old", "new"), HEADERS.values(), ids=HEADERS.keys())
def test_a_wrong_header_is_refused(old: str, new: str) -> None:
    data = encode_lock(LOCK)
    assert old.encode() in data
    with pytest.raises(BadLock):
        parse_lock(data.replace(old.encode(), new.encode()))


def test_a_wrong_root_is_named() -> None:
    with pytest.raises(BadLock, match="its root is not that of its entries"):
        parse_lock(encode_lock(LOCK).replace(LOCK.root.encode(), A.encode()))


def test_what_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    os.mkfifo(tmp_path / "pipe")
    for name in ("text", "pipe", "none", "."):
        assert not is_lock(tmp_path / name)
        with pytest.raises(BadLock) as caught:
            read_lock(tmp_path / name)
        assert str(tmp_path / name) in caught.value.sentence
