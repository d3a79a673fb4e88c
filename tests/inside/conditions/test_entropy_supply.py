"""What a program takes from the operating system itself repeats where that is asked for, and only there."""

from __future__ import annotations

from typing import Any

import pytest

SCRIPT = """import os, secrets, uuid, random, sys
print(os.urandom(8).hex(), os.urandom(8).hex())
print(uuid.uuid4(), uuid.uuid1(), uuid.uuid1().version)
print(secrets.token_hex(4), secrets.randbits(64), secrets.choice(range(10**9)), random.SystemRandom().random())
print(os.getrandom(8).hex())
"""
OTHERS = """import tempfile, random, ssl, multiprocessing
print(tempfile.mkdtemp(), ssl.RAND_bytes(8).hex(), bytes(multiprocessing.current_process().authkey).hex())
"""
WORKERS = """import os
from multiprocessing import get_context
def draw(_):
    return os.urandom(8).hex()
if __name__ == "__main__":
    with get_context("fork").Pool(2) as pool:
        children = [pool.apply_async(draw, (0,)) for _ in range(1)]
        print(os.urandom(8).hex(), *[each.get() for each in children][:0])
    for _ in range(2):
        child = get_context("fork").Process(target=lambda: print(os.urandom(8).hex(), flush=True))
        child.start()
        child.join()
"""


def output(observe: Any, script: str, asked: str, **more: Any) -> list[str]:
    observe(script, env={"SAMERUN_CONDITIONS": asked}, **more)
    return str(observe.output).split()


def test_every_way_repeats_when_held(observe: Any, python: str) -> None:
    one, other = (output(observe, SCRIPT, "os-entropy=held", python=python) for _ in range(2))
    assert one == other
    assert len(set(one)) == len(one)


def test_nothing_repeats_unless_it_is_asked_for(observe: Any) -> None:
    for asked in ("", "os-entropy=watch"):
        one, other = (output(observe, SCRIPT, asked) for _ in range(2))
        assert [a for a, b in zip(one, other, strict=True) if a == b] == ["1"]


def test_only_the_named_lines_are_held(observe: Any) -> None:
    one, other = (output(observe, SCRIPT, "os-entropy=held@script.py:2") for _ in range(2))
    assert one[:2] == other[:2]
    assert [a for a, b in zip(one, other, strict=True) if a == b][2:] == ["1"]


def test_what_libraries_take_for_themselves_stays_the_systems(observe: Any) -> None:
    one, other = (output(observe, OTHERS, "os-entropy=held") for _ in range(2))
    assert not set(one) & set(other)


def test_processes_do_not_share_what_they_get(observe: Any) -> None:
    one, other = (output(observe, WORKERS, "os-entropy=held") for _ in range(2))
    assert one == other
    assert len(set(one)) == 3


@pytest.mark.parametrize("asked", ["", "os-entropy=watch", "os-entropy=held"])
def test_each_line_that_asked_is_noted(observe: Any, asked: str) -> None:
    spool = observe(SCRIPT, env={"SAMERUN_CONDITIONS": asked})
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert {(each.kind, each.file, each.line) for each in used} == {
        ("os-entropy", "script.py", n) for n in (2, 3, 4, 5)
    }


def test_errors_are_the_originals(observe: Any) -> None:
    script = "import os\ntry:\n    os.urandom(-1)\nexcept ValueError as error:\n    print(error, os.urandom(0))\n"
    assert output(observe, script, "os-entropy=held")[-1] == "b''"
