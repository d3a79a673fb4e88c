"""Two runs with known windows, and a way to hold two contents against each other."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samerun.outputs import compare_files
from samerun.outputs.comparing import Comparing, OutputType
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


@pytest.fixture
def now() -> Comparing:
    """The windows of two runs that are going on, for files that real writers stamp with the time."""
    window = Window(time.time() - 3600, time.time() + 3600)
    return Comparing(window, window)


@pytest.fixture
def survives(tmp_path: Path, now: Comparing) -> Callable[..., None]:
    """Hold a file against many cut and flipped copies of itself, both ways round: ``survives(npy, path)``."""

    def hold(kind: OutputType, path: Path, times: int = 60) -> None:
        damaged, said = tmp_path / f"damaged_{path.name}", []
        for content in _damage(path.read_bytes(), times):
            damaged.write_bytes(content)
            found = [kind.compare(path, damaged, now), kind.compare(damaged, path, now)]
            assert {each.label for each in found} == {kind.kind}
            said += [each.detail for each in found]
        assert any(f"cannot be read as {kind.kind}" in each or "failed on one" in each for each in said)

    return hold


def _damage(content: bytes, times: int) -> Iterator[bytes]:
    """Yield the content cut at many lengths (nothing left, too) and with bytes flipped, the same in each test run."""
    yield from (content[: len(content) * part // times] for part in range(times))
    chance = random.Random(len(content))
    for _ in range(times):
        flipped = bytearray(content)
        for _ in range(chance.choice((1, 1, 3, 30))):
            flipped[chance.randrange(chance.choice((min(64, len(content)), len(content))))] = chance.randrange(256)
        yield bytes(flipped)
