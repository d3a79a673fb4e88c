"""Caches: what only saves time."""

from __future__ import annotations

import pytest

from samerun.factors.caches import is_cached


@pytest.mark.parametrize("path", ["a/__pycache__/b.pyc", "/home/me/.cache/torch/x.bin", "a.nbi", ".git/HEAD", "a.py~"])
def test_it_saves_time(path: str) -> None:
    assert is_cached(path)


@pytest.mark.parametrize("path", ["cache/a.bin", "a.cache", "data/.gitignore", "x.swap", "data.csv"])
def test_it_may_matter(path: str) -> None:
    assert not is_cached(path)
