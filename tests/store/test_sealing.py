"""The seal covers every byte, its own too."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from samerun.basics.hashing import hash_bytes
from samerun.store import sealing
from samerun.store.sealing import Seal, SealedFile

HELD = [SealedFile("a/b.txt", 3, hash_bytes(b"abc"))]


def test_a_sealed_record_is_whole_and_readable() -> None:
    data = sealing.sealed({"id": "x", "nested": {"record": "no"}}, HELD)
    document = json.loads(data)
    assert sealing.record_is_whole(data)
    assert document["seal"] == {"count": 1, "files": msgspec.to_builtins(HELD), "record": document["seal"]["record"]}


def test_the_record_hash_can_be_checked_without_samerun() -> None:
    data = sealing.sealed({"id": "x"}, HELD)
    record = json.loads(data)["seal"]["record"].encode()
    assert data.count(record) == 1
    assert hash_bytes(data.replace(record, b"0" * 64)) == record.decode()


def test_every_flipped_bit_and_every_cut_is_seen() -> None:
    data = sealing.sealed({"id": "x", "list": [1, 2]}, HELD)
    for position in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[position // 8] ^= 1 << position % 8
        assert not sealing.record_is_whole(bytes(flipped)), position
    assert not any(sealing.record_is_whole(data[:length]) for length in range(len(data)))
    assert not sealing.record_is_whole(data + b"\n")


def test_what_the_folder_held(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.txt").write_bytes(b"abc")
    (tmp_path / "run.json").write_bytes(b"{}")
    (tmp_path / ".run.json.0123.tmp").write_bytes(b"left by a killed writer")
    assert sealing.facts(tmp_path) == HELD
    assert sealing.compare(tmp_path, Seal(1, HELD, "")) == []


def test_links_are_sealed_as_links(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("epoch_5.pt")
    held = sealing.facts(tmp_path)
    assert sealing.compare(tmp_path, Seal(1, held, "")) == []
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").symlink_to("epoch_6.pt")
    assert [problem.what for problem in sealing.compare(tmp_path, Seal(1, held, ""))] == ["changed"]


def test_hostile_names_in_a_seal_reach_no_file(tmp_path: Path) -> None:
    inside = tmp_path / "run"
    inside.mkdir()
    (tmp_path / "outside").write_bytes(b"abc")
    held = [SealedFile(name, 3, hash_bytes(b"abc")) for name in ("../outside", str(tmp_path / "outside"), "a\0b", "")]
    assert [problem.what for problem in sealing.compare(inside, Seal(4, held, ""))] == ["missing"] * 4
