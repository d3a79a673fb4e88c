from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.errors import DamagedCheckpoint
from samerun.state.checkpoint import container, pipeline
from samerun.state.checkpoint.checkpoint_file import peek_file, read_file, write_file

TREE = {"w": torch.arange(100.0), "b": torch.ones(3, dtype=torch.int8), "text": "x"}
FACTS = {"name": "epoch_001", "epoch": 1, "step": None, "metrics": {"loss": float("nan")}}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("good") / "x.pt"
    write_file(path, FACTS, TREE)
    return path.read_bytes()


def put(folder: Path, data: bytes) -> Path:
    path = folder / "y.pt"
    path.write_bytes(data)
    return path


def test_every_tool_opens_it(tmp_path: Path, good: bytes) -> None:
    path = put(tmp_path, good)
    assert zipfile.ZipFile(path).testzip() is None
    assert torch.load(path, weights_only=True)["w"].tolist() == TREE["w"].tolist()
    assert torch.load(path, weights_only=True, mmap=True)["b"].tolist() == [1, 1, 1]
    assert read_file(path).tree["text"] == "x"


def test_the_end_says_what_it_is(tmp_path: Path, good: bytes) -> None:
    facts = peek_file(put(tmp_path, good))
    assert facts.pop("metrics")["loss"] != 0
    assert facts == {"name": "epoch_001", "epoch": 1, "step": None}


def test_every_flipped_byte_is_found(tmp_path: Path, good: bytes) -> None:
    path = tmp_path / "y.pt"
    for place in range(len(good)):
        data = bytearray(good)
        data[place] ^= 1 << place % 8
        path.write_bytes(data)
        with pytest.raises(DamagedCheckpoint):
            container.read(path)


@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_any_change_is_found(tmp_path_factory: pytest.TempPathFactory, good: bytes, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(start + 50, len(good))))
    other = data.draw(st.binary(max_size=60))
    changed = good[:start] + other + good[end:]
    if changed != good:
        with pytest.raises(DamagedCheckpoint):
            read_file(put(tmp_path_factory.mktemp("x"), changed))


def test_every_truncation_is_found(tmp_path: Path, good: bytes) -> None:
    for length in range(0, len(good), 7):
        with pytest.raises(DamagedCheckpoint):
            container.read(put(tmp_path, good[:length]))


def sealed(data: bytes) -> bytes:
    """Return bytes with the hash that belongs to them: what a forger would do."""
    views = list(pipeline.pieces([memoryview(data[:-64])]))
    return data[:-64] + pipeline._joined(map(pipeline._hash, views)).encode()


def test_a_forger_can_make_a_seal(tmp_path: Path, good: bytes) -> None:
    assert sealed(good) == good
    assert (
        read_file(put(tmp_path, sealed(good.replace(b"X\x01\x00\x00\x00x", b"X\x01\x00\x00\x00y")))).tree["text"] == "y"
    )


@pytest.mark.parametrize("find", [b"PK\x03\x04", b"PK\x01\x02", b"data/0", b"data.pkl", b"byteorder"])
def test_a_sealed_change_of_a_header_is_found(tmp_path: Path, good: bytes, find: bytes) -> None:
    """Names alike, other sizes, methods, offsets: whatever is not exactly what belongs there."""
    start = good.index(find)
    for place in range(start, start + 46):
        data = bytearray(good)
        data[place] ^= 1
        try:
            read_file(put(tmp_path, sealed(bytes(data))))
        except DamagedCheckpoint:
            continue
        assert find > b"PK\x03\x04"  # only the content of data.pkl itself may be another plain value


def test_sealed_changes_anywhere_never_do_anything_else(tmp_path: Path, good: bytes) -> None:
    for place in range(0, len(good) - 64, 5):
        data = bytearray(good)
        data[place] ^= 0x41
        try:
            read_file(put(tmp_path, sealed(bytes(data))))
        except DamagedCheckpoint:
            pass


def evil_zip(members: list[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in members:
            archive.writestr(name, data)
        archive.comment = container.MARK + json.dumps(FACTS).encode() + b" blake3:" + b"0" * 64
    return sealed(file.getvalue())


class Payload:
    def __reduce__(self) -> Any:
        return os.mkdir, ("owned",)


TOP = container.TOP
PICKLE = pickle.dumps(Payload(), 2)
SMALL = [(f"{TOP}/byteorder", b"little"), (f"{TOP}/version", b"3\n")]


@pytest.mark.parametrize(
    "data",
    [
        evil_zip([(f"{TOP}/data.pkl", PICKLE), *SMALL]),
        evil_zip([("../../data.pkl", PICKLE), *SMALL]),
        evil_zip([("/etc/passwd", PICKLE), *SMALL]),
        evil_zip([(f"{TOP}/data.pkl", PICKLE), (f"{TOP}/./data.pkl", PICKLE), *SMALL]),
        evil_zip([(f"{TOP}/data.pkl", b"0" * 10_000_000), *SMALL], zipfile.ZIP_DEFLATED),
        evil_zip([]),
        evil_zip([(f"{TOP}/data.pkl", PICKLE)]),
    ],
    ids=range(7),
)
def test_hostile_archives_are_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DamagedCheckpoint):
        read_file(put(tmp_path, data))
    assert [each.name for each in tmp_path.iterdir()] == ["y.pt"]


def test_duplicate_members_are_damaged(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = evil_zip([(f"{TOP}/data.pkl", PICKLE), (f"{TOP}/data.pkl", PICKLE), *SMALL])
    with pytest.raises(DamagedCheckpoint):
        read_file(put(tmp_path, data))


@pytest.mark.parametrize(("count", "size", "start"), [(65535, 0, 0), (3, 10, 2**31), (60000, 2**31, 0), (0, 0, 0)])
def test_an_end_record_that_lies_is_damaged(tmp_path: Path, good: bytes, count: int, size: int, start: int) -> None:
    end = good.rindex(b"PK\x05\x06")
    numbers = list(container._END.unpack(good[end : end + container._END.size]))
    numbers[3:7] = [count, count, size, start]
    with pytest.raises(DamagedCheckpoint):
        read_file(put(tmp_path, sealed(good[:end] + container._END.pack(*numbers) + good[end + container._END.size :])))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"hello", "no checkpoint of samerun"),
        (b"\x80\x02N.", "pickle"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"PK\x03\x04rest", "torch.load"),
    ],
)
def test_what_other_files_are_is_said(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(DamagedCheckpoint, match=says):
        read_file(put(tmp_path, content))


def test_a_checkpoint_of_torchs_is_named(tmp_path: Path) -> None:
    torch.save({"model": {}}, tmp_path / "t.pt")
    with pytest.raises(DamagedCheckpoint, match=r"torch\.save"):
        read_file(tmp_path / "t.pt")
    assert not container.is_ours(tmp_path / "t.pt")


def test_folders_and_pipes_are_no_checkpoints(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DamagedCheckpoint):
            read_file(path)
        assert not container.is_ours(path)


def test_many_members_have_a_directory_of_the_larger_kind(tmp_path: Path) -> None:
    path = tmp_path / "many.pt"
    with path.open("wb") as file:
        storages = [torch.full((1,), number, dtype=torch.int32) for number in range(65_540)]
        container.write(file.fileno(), {}, b"x", storages)
    found = container.read(path).storages
    assert found[65_539].view(torch.int32).item() == 65_539
    assert len(zipfile.ZipFile(path).namelist()) == 65_543


@pytest.mark.parametrize("size", [2**32 - 1, 2**32 + 5])
def test_headers_beyond_four_gigabytes_are_read_by_zipfile(size: int) -> None:
    """The directory alone, without the bytes it speaks of."""
    members = [container.Member("data.pkl", 10, 1, 0), container.Member("data/0", size, 2, 128)]
    members.append(container.Member("data/1", 4, 3, size + 300))
    start = size + 1000
    directory = container._directory(members)
    found = [member for member, _ in container._listed(directory, 3, Path("x"))]
    assert [each.size for each in found] == [10, size, 4]
    assert len(container._local(members[1])) % 64 == 0
    assert b"PK\x06\x06" in container._ending(len(members), len(directory), start, {})


def test_reading_calls_nothing(tmp_path: Path) -> None:
    """The whole corpus under an audit hook: no import, no call, no file written."""
    put(tmp_path, evil_zip([(f"{TOP}/data.pkl", PICKLE), *SMALL]))
    program = (
        "import sys, pathlib\n"
        "from samerun.state.checkpoint.checkpoint_file import read_file\n"
        "from samerun.errors import DamagedCheckpoint\n"
        "seen = []\n"
        "sys.addaudithook(lambda event, args: seen.append((event, args)))\n"
        "try: read_file(pathlib.Path('y.pt'))\n"
        "except DamagedCheckpoint: pass\n"
        "bad = ('pickle.find_class', 'exec', 'compile', 'os.system', 'os.mkdir', 'subprocess.Popen')\n"
        "assert not [e for e, a in seen if e in bad], seen\n"
        "assert not [a for e, a in seen if e == 'open' and a[2] & 3], seen\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False,
                          env={**os.environ, "PYTHONPATH": str(Path(container.__file__).parents[3])})  # fmt: skip
    assert done.returncode == 0, done.stderr
