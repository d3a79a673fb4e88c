"""Bits that the user's own code takes from the operating system pass through, and the line is noted."""

from __future__ import annotations

from typing import Any

SCRIPT = """import os, secrets, uuid, random
os.urandom(4)
for _ in range(3):
    uuid.uuid4()
uuid.uuid1()
secrets.token_hex(2)
random.SystemRandom().random()
os.getrandom(2)
"""


def unsupplied(spool: Any) -> list[tuple[str, int]]:
    records = [event.record for event in spool.events if type(event.record).__name__ == "Unsupplied"]
    return [(record.source, record.line) for record in records]


def test_each_line_is_noted_once_by_what_it_called(observe: Any, python: str) -> None:
    spool = observe(SCRIPT, python=python)
    assert unsupplied(spool) == [
        ("os.urandom", 2),
        ("uuid.uuid4", 4),
        ("uuid.uuid1", 5),
        ("secrets.token_hex", 6),
        ("random.random", 7),
        ("os.getrandom", 8),
    ]


def test_what_libraries_take_for_themselves_is_not_noted(observe: Any) -> None:
    imports = "import tempfile, random, multiprocessing, ssl\n"
    spool = observe(imports + "tempfile.mkdtemp()\nrandom.random()\nmultiprocessing.Queue()\n")
    assert unsupplied(spool) == []


def test_the_function_is_taken_for_the_builtin(observe: Any) -> None:
    script = """
import copy, os, pickle
assert len(os.urandom(16)) == 16 and os.urandom(0) == b""
assert pickle.loads(pickle.dumps(os.urandom)) is os.urandom and copy.deepcopy(os.urandom) is os.urandom
class Holder:
    source = os.urandom
assert len(Holder().source(3)) == 3
try:
    os.urandom(-1)
except ValueError as error:
    print(error)
"""
    observe(script)
    recorded = observe.output
    observe(script, bare=True)
    assert observe.output == recorded
