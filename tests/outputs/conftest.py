"""Two runs with known windows, and a way to hold two contents against each other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.outputs import compare_files
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference
from samerun.record.window import Window

FIRST = Window(1718e6, 1718e6 + 60, "box", frozenset({4711}), ("/home/u/exp", "/tmp/r1"), "20240610_061320_abc123")
SECOND = Window(17181e5, 17181e5 + 50, "other", frozenset({815}), ("/w/2", "/tmp/r2"), "20240611_100000_def456")


@pytest.fixture
def comparing() -> Comparing:
    """The windows of two runs of a minute (2024-06-10 06:13:20 and 2024-06-11 10:00:00 UTC), without tolerance."""
    return Comparing(FIRST, SECOND)


@pytest.fixture
def tolerant() -> Comparing:
    """The same with a relative tolerance of 1 %."""
    return Comparing(FIRST, SECOND, rtol=0.01)


@pytest.fixture
def held(tmp_path: Path) -> Callable[..., Difference]:
    """Hold two contents against each other as files of one name: ``held("m.json", a, b, comparing)``."""

    def hold(name: str, a: str | bytes, b: str | bytes, comparing: Comparing) -> Difference:
        paths = tmp_path / f"a_{name}", tmp_path / f"b_{name}"
        for path, content in zip(paths, (a, b), strict=True):
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return compare_files(name, *paths, comparing)

    return hold
