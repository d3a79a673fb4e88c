"""An unseeded ``random`` repeats with the run's entropy; a seeded one is what it is without samerun."""

from __future__ import annotations

from typing import Any

import pytest

OTHER = {"SAMERUN_ENTROPY": "77" * 32}

UNSEEDED = """
import os, random
class Mine(random.Random):
    pass
print(random.random(), random.Random().random(), Mine().random(), random.gauss(0, 1))
random.seed()
print(random.random())
random.seed(None)
print(random.random(), flush=True)
for _ in range(2):
    if os.fork() == 0:
        print(random.random(), flush=True)
        os._exit(0)
    os.wait()
random.seed(3)
if os.fork() == 0:
    print(random.random(), flush=True)
    os._exit(0)
os.wait()
"""

SEEDED = """
import pickle, random
random.seed(5)
print(random.random(), random.gauss(0, 1), random.gauss(0, 1))
random.seed("text", version=1)
print(random.random(), random.sample(range(99), 5))
one = random.Random(b"bytes")
two = pickle.loads(pickle.dumps(one))
print(one.random(), two.random())
state = random.getstate()
random.seed(1.5)
print(random.random())
random.setstate(state)
print(random.random())
"""


def test_unseeded_draws_repeat_with_the_same_entropy_and_only_with_it(observe: Any, python: str) -> None:
    observe(UNSEEDED, python=python)
    first = observe.output
    observe(UNSEEDED, python=python)
    assert observe.output == first
    observe(UNSEEDED, python=python, env=OTHER)
    assert not set(observe.output.split()) & set(first.split())
    assert len(set(first.split())) == len(first.split()) == 9


def test_without_entropy_they_stay_random(observe: Any) -> None:
    observe(UNSEEDED, env={"SAMERUN_ENTROPY": None})
    first = observe.output
    observe(UNSEEDED, env={"SAMERUN_ENTROPY": None})
    assert not set(observe.output.split()) & set(first.split())


def test_a_seeded_program_is_not_changed(observe: Any, python: str) -> None:
    observe(SEEDED, python=python)
    recorded = observe.output
    observe(SEEDED, python=python, bare=True)
    assert observe.output == recorded


def test_names_of_temporary_files_stay_the_systems_and_move_nothing(observe: Any) -> None:
    script = "import random, tempfile, sys\n%sprint(random.Random().random())"
    names = "print(next(tempfile._get_candidate_names()), file=sys.stderr)\n"
    observe(script % "")
    bare = observe.output
    errors = []
    for _ in range(2):
        observe(script % names)
        assert observe.output == bare
        errors.append(observe.errors)
    assert errors[0] != errors[1]


def test_secrets_stay_the_systems(observe: Any) -> None:
    script = "import random, secrets, uuid\nprint(secrets.token_hex(), random.SystemRandom().random(), uuid.uuid4())"
    observe(script)
    first = observe.output
    observe(script)
    assert not set(observe.output.split()) & set(first.split())


def test_the_line_that_asked_is_noted(observe: Any) -> None:
    script = "import random\nrandom.random()\nrandom.Random()\nrandom.seed()\nrandom.Random(1)\nrandom.seed(2)\n"
    spool = observe(script)
    records = [event.record for event in spool.events if type(event.record).__name__ == "Entropy"]
    assert [(record.line, record.importing) for record in records] == [(1, True), (3, False), (4, False)]


def test_the_program_sees_the_same_signature_and_names(observe: Any) -> None:
    asked = "inspect.signature(random.seed), random.Random.setstate.__doc__, random.Random.seed"
    script = f"import inspect, random\nprint({asked})"
    observe(script)
    recorded = observe.output.split(" at 0x")[0]
    observe(script, bare=True)
    assert observe.output.split(" at 0x")[0] == recorded


LEFT = """
import copy, pickle, random
{before}
from random import random as kept, getrandbits
{after}
print(type(random.random), vars(random._inst).keys() - {{"gauss_next"}}, type(kept).__call__ is random.random)
print(kept == random.random, hash(kept) == hash(random.random), repr(kept) == repr(random.random))
print(copy.deepcopy(kept) == kept, kept.__self__ is random._inst, kept.__name__)
random.seed(2)
copied = pickle.loads(pickle.dumps(kept))
print(copied() == kept(), kept() == random.Random(2).random())
"""


@pytest.mark.parametrize("after", ["random.random()", "random.seed(1)"])
def test_once_seeded_or_reported_everything_is_as_it_was(observe: Any, after: str, python: str) -> None:
    observe(LEFT.format(before="", after=after), python=python)
    kind, others = observe.output.split("\n", 1)
    assert kind == "<class 'builtin_function_or_method'> set() True"
    assert others == "True True True\nTrue True random\nTrue False\n"
    observe(LEFT.format(before=after, after=""), python=python)
    assert observe.output.split("\n", 1)[0].startswith("<class 'builtin_function_or_method'> set()")


def test_before_that_the_functions_pass_for_themselves(observe: Any, python: str) -> None:
    script = """
import copy, inspect, pickle, random
f = random.random
print(f.__name__, f.__qualname__, f.__doc__, f.__self__ is random._inst, inspect.signature(f), copy.copy(f) is f)
print({f: 1}[random.random], type("C", (), {"f": f})().f is f, random.randint.__func__ is random.Random.randint)
one, two = pickle.loads(pickle.dumps((f, random._inst)))
print(one() == two.random(), vars(two).keys())
"""
    observe(script, python=python)
    recorded = observe.output
    observe(script, python=python, bare=True)
    assert observe.output == recorded


def test_a_function_of_the_programs_own_is_left_in_its_place(observe: Any) -> None:
    observe("import random\nrandom.random = lambda: 4\nrandom.seed(1)\nprint(random.random())")
    assert observe.output == "4\n"
