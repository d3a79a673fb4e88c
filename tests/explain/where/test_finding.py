"""The line at which runs part, found by running for real."""

from __future__ import annotations

import os

from samerun import api
from samerun.explain.judging import Kept
from samerun.explain.laboratory import Laboratory, Limits
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


def seed(value: str) -> dict[str, dict[str, str]]:
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
    assert "word" in found.evidence
    assert "pairs of runs" in found.evidence
    assert found.replays == 3


ITSELF = """
    import os
    import time
    label = time.time()
    draw = int.from_bytes(os.urandom(4), "little")
    value = draw % 1000003
    open("out.txt", "w").write(str(value))
"""


def test_a_program_that_differs_from_itself(lab: Lab) -> None:
    found = find_line(laboratory_for(lab, ITSELF), {}, {})
    assert found.place == "train.py:5"
    assert found.others == ("train.py:4",)


def test_results_that_agree_have_no_line(lab: Lab) -> None:
    laboratory = laboratory_for(lab, "import time\nt = time.time()\nopen('out.txt', 'w').write('a')\n")
    found = find_line(laboratory, seed("1"), seed("7"), pairs=1)
    assert found.place is None
    assert "no longer differ" in found.evidence


def test_what_pairs_do_not_agree_on_is_not_named(lab: Lab) -> None:
    script = """
        import os
        n = os.urandom(1)[0] % 3
        for k in range(6):
            if k % 3 == n:
                v = os.urandom(8)
        open("out.txt", "w").write(v.hex())
    """
    found = find_line(laboratory_for(lab, script), {}, {}, pairs=2)
    assert found.place is None or "train.py:" in found.place
    assert found.evidence


def test_a_budget_that_is_spent_is_said(lab: Lab) -> None:
    laboratory = laboratory_for(lab, HASHED)
    laboratory.limits = Limits(max_replays=1)
    found = find_line(laboratory, seed("1"), seed("7"))
    assert found.place is None
    assert "1 replays were made" in found.evidence


def test_noise_is_told_by_runs_whose_results_agree(lab: Lab) -> None:
    script = """
        import os
        import random
        noise = os.urandom(4)
        count = len(noise)
        names = list({"tea", "milk", "rice", "salt"})
        with open("out.txt", "w") as file:
            file.write(str(count) + " ".join(names))
    """
    found = find_line(laboratory_for(lab, script), seed("1"), seed("7"))
    assert found.place == "train.py:6"
    assert "train.py:4" not in found.others


def test_a_script_that_is_no_python_is_said(lab: Lab) -> None:
    lab.write(go_sh="date +%N > out.txt\n")
    run = api.record(["sh", "go.sh"]).run
    where = api.find(run.id)
    layout = StoreLayout(where.path.parent.parent)
    found = find_line(Laboratory(Kept(folder.load(where), where), layout, os.environ, VERSION), {}, {})
    assert found.place is None
    assert "not followed" in found.evidence
