"""The environment at the start of the process, as the kernel has kept it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from samerun.basics import files
from samerun.state import environment
from tests.state.fresh import fresh


def test_what_is_set_later_was_not_there_at_the_start() -> None:
    script = """
import os
os.environ["LATER"], os.environ["GIVEN"] = "1", "changed"
from samerun.state.environment import at_start
start = at_start()
print(start.get("LATER"), start["GIVEN"], start.get("EMPTY"))
"""
    assert fresh(script, GIVEN="a=b", EMPTY="") == ["None a=b "]


@pytest.mark.parametrize("content", [None, b"python: worker 3\0"])
def test_what_the_kernel_does_not_tell_is_unknown(monkeypatch: pytest.MonkeyPatch, content: bytes | None) -> None:
    def read(path: Path) -> bytes:
        if content is None:
            raise FileNotFoundError(path)
        return content

    monkeypatch.setattr(files, "read_bytes", read)
    assert environment.at_start.__wrapped__() is None


def test_a_variable_is_put_and_taken_away() -> None:
    environment.put("SAMERUN_TESTED", "1")
    assert os.environ["SAMERUN_TESTED"] == "1"
    environment.put("SAMERUN_TESTED", None)
    environment.put("SAMERUN_TESTED", None)
    assert "SAMERUN_TESTED" not in os.environ
