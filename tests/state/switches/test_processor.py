"""What the processor can do is read from the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.basics import files
from samerun.state.switches import processor


@pytest.mark.parametrize(
    ("flags", "lacks", "more"),
    [
        ("fpu sse4_2 avx avx2 fma", False, False),
        ("avx2 fma avx512f avx512_bf16", False, True),
        ("avx2 fma amx_tile", False, True),
        ("avx2 fma avx_vnni", False, False),
        ("sse4_2 avx", True, False),
        ("avx2", True, False),
        ("", False, True),
    ],
)
def test_features(monkeypatch: pytest.MonkeyPatch, flags: str, lacks: bool, more: bool) -> None:
    processor.features.cache_clear()
    text = f"processor : 0\nflags\t\t: {flags}\nprocessor : 1\nflags\t\t: other\n" if flags else "Hardware : x\n"
    monkeypatch.setattr(files, "read_bytes", lambda path: text.encode())
    monkeypatch.setattr(processor, "is_x86", lambda: True)
    assert (processor.lacks_pinned(), processor.has_more()) == (lacks, more)
    monkeypatch.setattr(processor, "is_x86", lambda: False)
    assert not processor.lacks_pinned()
    processor.features.cache_clear()


def test_a_system_without_the_file_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(path: Path) -> bytes:
        raise FileNotFoundError(path)

    processor.features.cache_clear()
    monkeypatch.setattr(files, "read_bytes", missing)
    assert (processor.features(), processor.lacks_pinned(), processor.has_more()) == (frozenset(), False, True)
    processor.features.cache_clear()
