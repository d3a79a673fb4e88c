"""What it takes inside a process for addresses to repeat, and who asks for them."""

from __future__ import annotations

import platform
import shutil
from typing import Any

import pytest

SCRIPT = """
class Thing: pass
things = [Thing() for _ in range(500)]
for line in open(__file__):
    pass
print(id(things[7]), hash(things[9]), [things.index(each) for each in set(things)][:20], object())
"""


def test_addresses_repeat_where_the_system_places_alike(observe: Any) -> None:
    setarch = shutil.which("setarch")
    if setarch is None:
        pytest.skip("no setarch here")
    before = (setarch, platform.machine(), "-R")
    told = []
    for _ in range(4):
        observe(SCRIPT, env={"SAMERUN_CONDITIONS": "memory-address=held"}, before=before)
        told.append(observe.output)
    assert len(set(told[1:])) == 1  # the first may have compiled a module of ours


def test_moved_everything_lies_elsewhere_also_within_a_page(observe: Any) -> None:
    script = "class Thing: pass\nthings = [Thing() for _ in range(40)]\nprint([id(each) % 4096 for each in things])\n"
    told = {}
    for mode in ("", "memory-address=moved"):
        observe(script, env={"SAMERUN_CONDITIONS": mode})
        told[mode] = observe.output
    assert len(set(told.values())) == 2


def test_the_lines_that_ask_for_an_address_are_noted(observe: Any, python: str) -> None:
    script = (
        "import copy\nx = [[]]\nid(x)\ncopy.deepcopy(x)\nprint([id(each) == id(x[0]) for each in x], id.__name__)\n"
    )
    spool = observe(script, env={"SAMERUN_CONDITIONS": "memory-address=watch"}, python=python)
    assert observe.output == "[True] id\n"
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert sorted({(each.kind, each.line) for each in used}) == [("memory-address", 3), ("memory-address", 5)]
