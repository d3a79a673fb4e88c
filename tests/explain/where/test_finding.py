"""The line at which runs part, found by running for real."""

from __future__ import annotations

import os

from samerun import api
from samerun.explain.judging import Kept
from samerun.explain.laboratory import Laboratory
from samerun.explain.where.finding import find_line
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.version import VERSION
from tests.lab import Lab, lab

__all__ = ["lab"]


def laboratory_for(lab: Lab, script: str) -> Laboratory:
    run = lab.record(script)
    where = api.find(run.id)
    layout = StoreLayout(where.path.parent.parent)
    return Laboratory(Kept(folder.load(where), where), layout, os.environ, VERSION)


def seed(value: str) -> dict[str, object]:
    return {"hash-order": {"PYTHONHASHSEED": value, "found": "unset"}}


HASHED = """
    import time
    started = time.time()
    stop = {"a", "the", "of"}
    words = "now is the time for all good men to come to the aid of the party".split()
    vocabulary = {}
    for word in set(words) - stop:
        vocabulary[word] = len(vocabulary)
    with open("out.txt", "w") as file:
        file.write(str(vocabulary["time"]) + str(vocabulary["party"]))
    print(time.time() - started)
"""


def test_the_line_that_walks_a_set(lab: Lab) -> None:
    found = find_line(laboratory_for(lab, HASHED), seed("1"), seed("7"))
    assert found.place == "train.py:7"
