"""Every part is installed with each mode, and none of them fails whatever the program imports."""

from __future__ import annotations

from typing import Any

import pytest

from samerun.inside.conditions import completion
from tests.inside.conditions.racing import under

IMPORTS = """
import asyncio, concurrent.futures, concurrent.futures.process, multiprocessing.pool, queue, selectors, threading
print(asyncio.run(asyncio.sleep(0, 3)))
"""


@pytest.mark.parametrize("mode", ["ordered", "reversed", "delayed", "watch"])
def test_it_is_installed_without_a_fault(observe: Any, mode: str) -> None:
    assert under(observe, IMPORTS, mode) == "3\n"


def test_in_every_python(observe: Any, python: str) -> None:
    assert under(observe, IMPORTS, "ordered", python=python) == "3\n"


def test_nothing_is_imported_that_the_program_does_not_import(observe: Any) -> None:
    script = "print([name for name in ('asyncio', 'threading', 'queue', 'multiprocessing') if name in sys.modules])\n"
    assert under(observe, script, "ordered") == under(observe, script)


def test_every_part_can_be_installed() -> None:
    assert all(callable(part.install) for part in completion.PARTS)
