"""A hidden generator that was drawn from without ever being seeded is named when the process ends."""

from __future__ import annotations

from typing import Any

import pytest


def drawn(spool: Any, label: str = "main") -> set[str]:
    events = [event for event in spool.events if event.label == label]
    return {event.record.source for event in events if type(event.record).__name__ == "Drawn"}


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("import random", set()),
        ("import random; random.random()", {"python"}),
        ("import random; random.seed(1); random.random()", set()),
        ("import random; random.seed(); random.random()", {"python"}),
        ("import random; random.setstate(random.getstate()); random.random()", set()),
        ("import random; random.Random(3).random(); random.Random().random()", set()),
        ("import numpy.random", set()),
        ("import numpy as np; np.random.rand()", {"numpy"}),
        ("import numpy as np; np.random.seed(0); np.random.rand()", set()),
        ("import numpy as np; np.random.default_rng().random()", set()),
    ],
)
def test_what_was_drawn_unseeded_is_named(observe: Any, script: str, expected: set[str]) -> None:
    assert drawn(observe(script + "\n")) == expected


@pytest.mark.parametrize(
    ("script", "expected"), [("torch.rand(1)", {"torch"}), ("torch.manual_seed(1); torch.rand(1)", set()), ("", set())]
)
def test_torchs_generator_is_asked_too(observe: Any, script: str, expected: set[str]) -> None:
    pytest.importorskip("torch")
    assert drawn(observe("import torch\n" + script + "\n")) & {"torch"} == expected


@pytest.mark.parametrize(("method", "label"), [("fork", "main/f1"), ("spawn", "main/SpawnProcess-1")])
def test_workers_of_multiprocessing_tell_it_at_their_end(observe: Any, method: str, label: str) -> None:
    script = """
import multiprocessing, random, sys
def draw():
    random.random()
if __name__ == "__main__":
    process = multiprocessing.get_context(sys.argv[1]).Process(target=draw)
    process.start()
    process.join()
"""
    spool = observe(script, method)
    assert drawn(spool, label) == {"python"}
    assert drawn(spool) == set()
