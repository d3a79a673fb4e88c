"""The bar: on a terminal, after a while, never else."""

from __future__ import annotations

import io
import sys
import time

import pytest

from samerun.cli.progress import ProgressBar


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_quiet_where_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with ProgressBar(patience=0.0) as progress:
        progress("hashing", 1, 2)
        time.sleep(0.05)
    assert stream.getvalue() == ""


def test_quiet_where_it_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    with ProgressBar(patience=30.0) as progress:
        progress("hashing", 1, 2)
    assert stream.getvalue() == ""


def test_it_appears_and_shows_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with ProgressBar(patience=0.0) as progress:
        deadline = time.monotonic() + 20
        while "running \\x1b[1m" not in stream.getvalue() and time.monotonic() < deadline:
            progress("running \x1b[1m", 1, 4)
            time.sleep(0.02)
    assert "running \\x1b[1m" in stream.getvalue()


def test_an_error_goes_through_and_the_bar_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="odd"), ProgressBar(patience=0.0, watched=False):
        raise ValueError("odd")
