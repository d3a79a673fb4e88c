"""The hook for later imports, in a process of the user's own and in a recorded one."""

from __future__ import annotations

from pathlib import Path

from samerun import inside
from tests.state.fresh import fresh

HOOK = """
import sys
from samerun.state.when_imported import when_imported
finders = len(sys.meta_path)
when_imported("colorsys", lambda module: print("first", hasattr(module, "hls_to_rgb")))
when_imported("colorsys", lambda module: 1 // 0)
when_imported("colorsys", lambda module: print("last"))
when_imported("sys", lambda module: print("there", module is sys))
print(len(sys.meta_path) - finders)
import colorsys
print(type(colorsys.__loader__).__name__)
"""


def test_it_is_called_once_and_a_failure_goes_no_further() -> None:
    assert fresh(HOOK) == ["there True", "1", "first True", "last", "SourceFileLoader"]


def test_a_recorded_process_has_one_hook_already(tmp_path: Path) -> None:
    folder = str(Path(inside.__file__).parent)
    source = str(Path(inside.__file__).parents[2])
    lines = fresh(HOOK, PYTHONPATH=f"{folder}:{source}", SAMERUN_SPOOL=str(tmp_path), SAMERUN_TREE=str(tmp_path))
    assert lines == ["there True", "0", "first True", "last", "SourceFileLoader"]
