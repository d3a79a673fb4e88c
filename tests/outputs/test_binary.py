from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.binary import compare_bytes, recognises
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]


def test_recognised_is_anything() -> None:
    assert recognises(PurePosixPath("x"), b"\x00")
    assert recognises(PurePosixPath("x"), b"")


def test_equal_bytes_are_identical(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x00\x01")
    assert compare_bytes(tmp_path / "a", tmp_path / "a").verdict == "identical"


def test_the_first_difference_the_sizes_and_the_count(held: Held, comparing: Comparing) -> None:
    found = held("x.bin", b"\x00" * 10 + b"abc", b"\x00" * 10 + b"xbcd", comparing)
    assert (found.label, found.verdict) == ("binary", "different")
    assert found.detail == "first difference at byte 10; 1 byte of 13 differs; 13 bytes and 14 bytes long"
    assert held("x.bin", b"\x00ab", b"\x00xy", comparing).detail == "first difference at byte 1; 2 bytes of 3 differ"
    longer = held("x.bin", b"\x00", b"\x00\x00", comparing)
    assert longer.detail == "first difference at byte 1; 1 bytes and 2 bytes long"


def test_why_comes_first(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    found = compare_bytes(tmp_path / "a", tmp_path / "b", "it is cut short", "npy")
    assert (found.label, found.detail) == (
        "npy",
        "it is cut short; by bytes: first difference at byte 0; 1 byte of 1 differs",
    )


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"a")
    found = compare_bytes(tmp_path / "a", tmp_path / "none")
    assert found.verdict == "incomplete"
    assert found.detail == "cannot be read: No such file or directory"


def test_large_files_come_in_pieces(tmp_path: Path) -> None:
    content = bytearray(3 << 20)
    (tmp_path / "a").write_bytes(content)
    content[(2 << 20) + 5] = 1
    content[-1] = 7
    (tmp_path / "b").write_bytes(content)
    said = compare_bytes(tmp_path / "a", tmp_path / "b").detail
    assert said == "first difference at byte 2,097,157; 2 bytes of 3,145,728 differ"


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=30), st.binary(max_size=30))
def test_any_two_contents(a: bytes, b: bytes) -> None:
    with TemporaryDirectory() as folder:
        paths = Path(folder, "a"), Path(folder, "b")
        for path, content in zip(paths, (a, b), strict=True):
            path.write_bytes(content)
        found = compare_bytes(*paths)
    assert (found.verdict == "identical") == (a == b)
    if a != b:
        first = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        assert found.detail.startswith(f"first difference at byte {first}")
