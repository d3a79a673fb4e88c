"""Bytes, rate and files, not more often than eyes can follow, and only after half a second."""

from __future__ import annotations

import pytest

from samerun.cli.data_progress import PATIENCE_S, DataProgress, progress_words


def test_words() -> None:
    assert progress_words(2300, 1_200_000_000, 0.5) == "reading 1.2 GB (2.4 GB/s), 2,300 files"
    assert progress_words(1, 0, 0.0) == "reading 0 bytes, 1 file"
    assert PATIENCE_S == 0.5


def test_it_is_not_shown_for_every_file(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(DataProgress, "__call__", lambda self, words: shown.append(words))
    with DataProgress() as progress:
        for number in range(1000):
            progress.tell(number, number)
    assert 1 <= len(shown) < 10
