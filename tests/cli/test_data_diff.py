"""``samerun data diff``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Samerun = Callable[..., Any]


@pytest.fixture(autouse=True)
def data(samerun: Samerun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with a table below the current one."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    Path("data/x").mkdir(parents=True)
    Path("data/t.csv").write_text("id,score\n1,10\n2,20\n")
    Path("data/x/\x1b[31mred").write_text("x")
    return Path("data")


def test_what_the_terminal_would_obey_is_shown_and_not_sent(samerun: Samerun, data: Path) -> None:
    samerun("data", "lock", "data")
    (data / "x/\x1b[31mred").write_text("y")
    for answer in (samerun("data", "verify", "data.lock"), samerun("data", "diff", "data.lock", "data")):
        assert "\\x1b[31mred" in answer.out
        assert "\x1b" not in answer.out


def test_a_row_of_a_table_on_the_page(samerun: Samerun, data: Path) -> None:
    Path("b.csv").write_text("id,score\n1,10\n2,25\n")
    answer = samerun("data", "diff", "data/t.csv", "b.csv")
    assert answer.status == 1
    assert "b.csv: 19 bytes as before, with other content; column score" in answer.out
    assert "row 2: 20 -> 25" in answer.out
    assert "row 2" not in samerun("data", "diff", "data/t.csv", "b.csv", "--brief").out
