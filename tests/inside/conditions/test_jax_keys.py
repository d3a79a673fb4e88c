"""Keys of JAX whose seed came from the operating system repeat where that is asked for."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("jax")

SCRIPT = """import os, secrets
import jax
first = jax.random.key(7)
seed = int.from_bytes(os.urandom(4), "little")
second = jax.random.PRNGKey(seed)
third = jax.random.key(secrets.randbits(31), impl="threefry2x32")
fourth = jax.random.key(7)
for each in (first, second, third, fourth):
    print(float(jax.random.normal(each)))
"""


def output(observe: Any, asked: str) -> list[str]:
    spool = observe(SCRIPT, env={"SAMERUN_CONDITIONS": asked})
    assert [event.record for event in spool.events if type(event.record).__name__ == "FaultSeen"] == []
    return str(observe.output).split()


def test_held_they_repeat_and_a_seeded_one_is_left_alone(observe: Any) -> None:
    plain = output(observe, "")
    one, other = (output(observe, "unseeded-jax=held") for _ in range(2))
    assert one == other
    assert len(set(one)) == 3
    assert plain[0] == plain[3] == one[0] == one[3]
    assert plain[1] != one[1]


def test_the_lines_that_make_them_are_noted(observe: Any) -> None:
    spool = observe(SCRIPT, env={"SAMERUN_CONDITIONS": "os-entropy=watch"})
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert sorted({(each.kind, each.line) for each in used}) == [
        ("os-entropy", 4), ("os-entropy", 6), ("unseeded-jax", 5), ("unseeded-jax", 6),
    ]  # fmt: skip


def test_a_clock_is_no_entropy(observe: Any) -> None:
    script = "import time, jax\nprint(jax.random.key(time.time_ns() % 2**32))\n"
    spool = observe(script, env={"SAMERUN_CONDITIONS": "os-entropy=watch"})
    assert [event.record for event in spool.events if type(event.record).__name__ == "Used"] == []
