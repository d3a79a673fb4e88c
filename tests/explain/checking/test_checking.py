"""Real scripts checked for real: what is wrong with each is named with its line, and nothing is where nothing is."""

from __future__ import annotations

import json
import sys

import msgspec
import pytest

from samerun import api
from samerun.errors import CannotCheck
from samerun.explain.checking import varying
from samerun.record.cause import Check
from tests.lab import Lab, snapshot

pytestmark = pytest.mark.usefixtures("mounted")


def check(lab: Lab, script: str, **options: object) -> Check:
    """Check a script, and see that the project's folder was not touched."""
    lab.write(train_py=script)
    before = snapshot(lab.folder)
    found = api.check([sys.executable, "train.py"], **options)  # type: ignore[arg-type]
    assert snapshot(lab.folder) == before
    return found


def named(found: Check) -> list[tuple[str, str, str | None]]:
    return [(cause.kind, cause.subject, cause.where) for cause in found.causes]


STEADY = """
    import json, pickle, random, time
    started = time.time()
    generator = random.Random(3)
    losses = [generator.random() for _ in range(20)]
    pickle.dump({"red", "green", "blue"}, open("colours.pkl", "wb"))
    json.dump({"loss": losses[-1], "finished_at": time.strftime("%Y-%m-%d %H:%M:%S"), "seconds": time.time() - started},
              open("metrics.json", "w"))
    print("took", time.time() - started)
"""


def test_nothing_is_found_where_nothing_is_wrong(lab: Lab) -> None:
    found = check(lab, STEADY)
    assert found.reproducible
    assert found.reproducible_when_recorded
    assert (found.causes, found.sensitive_to, found.unconfirmed, found.notes) == ((), (), (), ())
    kinds = set(found.insensitive_to)
    assert {"hash-order", "listing-order", "leftover-state", "unseeded-numpy", "network"} <= kinds
    assert kinds <= {*varying.CONDITIONS, "leftover-state", "environment-variable", "machine"}


def test_a_generator_that_nobody_seeded(lab: Lab) -> None:
    found = check(lab, "import random\n\nx = random.random()\nopen('out.txt', 'w').write(repr(x))\n")
    assert found.reproducible is False
    assert found.reproducible_when_recorded
    assert named(found) == [("unseeded-python", "python", "train.py:3")]
    (cause,) = found.causes
    assert "5 runs agree" in cause.evidence
    assert "out.txt" in cause.evidence
    assert "random.seed(0)" in cause.advice
    assert found.replays <= 8


def test_two_sources_that_hide_each_other_are_both_named(lab: Lab) -> None:
    script = """
        import random
        names = {f"name{number}" for number in range(30)}
        x = random.random()
        open("out.txt", "w").write(repr(list(names)) + repr(x))
    """
    found = check(lab, script)
    assert [kind for kind, _, _ in named(found)] == ["unseeded-python", "hash-order"]
    assert named(found)[1][:2] == ("hash-order", "PYTHONHASHSEED")
    assert all("was held still in both" in cause.evidence for cause in found.causes)


def test_a_draw_that_does_not_reach_the_result_is_no_cause(lab: Lab) -> None:
    script = """
        import random, time
        names = {f"name{number}" for number in range(30)}
        time.sleep(random.random() / 1000)
        open("out.txt", "w").write(repr(list(names)))
    """
    found = check(lab, script)
    assert [kind for kind, _, _ in named(found)] == ["hash-order"]


def test_two_runs_that_agree_by_chance_do_not_hide_the_hash_seed(lab: Lab) -> None:
    found = check(lab, "open('out.txt', 'w').write(next(iter({'yes', 'no'})))\n")
    assert found.reproducible is False
    assert [(kind, subject) for kind, subject, _ in named(found)] == [("hash-order", "PYTHONHASHSEED")]


def test_a_hash_seed_that_the_user_set_is_kept_and_only_varied(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    script = "names = [f'name{number}' for number in range(30)]\nopen('out.txt', 'w').write(repr(list(set(names))))\n"
    found = check(lab, script)
    assert found.reproducible
    assert found.causes == ()
    assert [(each.kind, each.subject) for each in found.sensitive_to] == [("hash-order", "PYTHONHASHSEED")]


def test_the_order_of_a_folder_is_what_it_is_sensitive_to(lab: Lab) -> None:
    lab.write(**{f"data__{name}_txt": str(number) for number, name in enumerate(("a", "b", "c", "d"))})
    script = """
        import os

        total = 0.0
        for name in os.listdir("data"):
            total = total / 2 + float(open("data/" + name).read())
        open("total.txt", "w").write(str(total))
        print(len(os.listdir(".")))
    """
    found = check(lab, script)
    assert found.reproducible
    assert found.causes == ()
    (sensitivity,) = found.sensitive_to
    assert (sensitivity.kind, sensitivity.where) == ("listing-order", "train.py:5")
    assert "sorted(os.listdir(...))" in sensitivity.advice


def test_what_an_earlier_run_left_is_a_cause(lab: Lab) -> None:
    script = """
        import json, os
        open("log.txt", "w").write("begun")
        state = json.load(open("state.json")) if os.path.exists("state.json") else {"steps": 0}
        state["steps"] += 10
        json.dump(state, open("state.json", "w"))
    """
    found = check(lab, script)
    assert found.reproducible is False
    assert found.reproducible_when_recorded
    assert named(found) == [("leftover-state", "state.json", "train.py:4")]


def test_a_folder_named_by_the_time_is_nothing_that_was_left(lab: Lab) -> None:
    script = """
        import os, time
        folder = time.strftime("runs/%Y%m%d_%H%M%S")
        os.makedirs(folder, exist_ok=True)
        open(folder + "/model.txt", "w").write("weights")
        time.sleep(1.05)
    """
    found = check(lab, script, vary=[])
    assert found.reproducible
    assert found.causes == ()


def test_a_file_that_is_not_written_again_is_not_missing(lab: Lab) -> None:
    script = "import os\nif not os.path.exists('cache.txt'):\n    open('cache.txt', 'w').write('8')\nprint(8)\n"
    assert check(lab, script, vary=[]).reproducible


def test_entropy_that_the_program_takes_itself(lab: Lab) -> None:
    script = "import os, random\nseed = os.urandom(4)\nopen('o.txt', 'w').write(str(random.Random(seed).random()))\n"
    found = check(lab, script)
    assert found.reproducible_when_recorded is False
    assert named(found) == [("os-entropy", "os.urandom", "train.py:2")]


def test_a_seed_from_the_clock_is_told_from_a_time_that_is_only_measured(lab: Lab) -> None:
    script = """
        import random, time
        started = time.time()
        random.seed(time.time_ns())
        x = random.random()
        print("took", time.time() - started)
        open("out.txt", "w").write(repr(x))
    """
    found = check(lab, script)
    assert [(kind, where) for kind, _, where in named(found)] == [("clock", "train.py:4")]


def test_a_difference_that_nothing_explains_is_said_to_be_one(lab: Lab) -> None:
    script = "x = open('/proc/sys/kernel/random/uuid').read()\nopen('out.txt', 'w').write(str(hash(x) % 1000))\n"
    found = check(lab, script)
    assert found.reproducible is False
    assert found.causes == ()
    assert "hash-order" in {each.kind for each in found.unconfirmed}
    assert "does not agree with itself" in found.notes[0]


def test_tolerance_is_heeded(lab: Lab) -> None:
    script = "import random, json\njson.dump({'loss': 1 + random.random() / 1e9}, open('metrics.json', 'w'))\n"
    assert check(lab, script, vary=[]).reproducible is False
    assert check(lab, script, vary=[], rtol=1e-6).reproducible


def test_what_was_found_before_the_runs_were_spent_is_kept(lab: Lab) -> None:
    found = check(lab, "import random\nprint(random.random())\n", max_replays=2)
    assert found.replays == 2
    assert found.reproducible is False
    assert found.reproducible_when_recorded is None
    assert any("--max-replays" in note or "as many as were allowed" in note for note in found.notes)


def test_a_cause_stands_without_its_line_where_no_more_runs_may_be_made(lab: Lab) -> None:
    script = "open('o.txt', 'w').write(repr([*{f'w{n}' for n in range(30)}]))\n"
    found = check(lab, script, max_replays=7)
    assert named(found) == [("hash-order", "PYTHONHASHSEED", None)]
    assert "as many as were allowed" in found.notes[0]


def test_what_needs_a_namespace_is_not_told_without_one(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMERUN_NO_NAMESPACE", "1")
    found = check(lab, "open('o.txt', 'w').write('1')\n", vary=["memory-address", "timezone"])
    assert found.reproducible
    assert "no mount namespaces" in found.notes[0]
    assert "timezone" in found.insensitive_to


def test_a_recorded_run_can_be_checked_and_asked_again(lab: Lab) -> None:
    run = lab.record("import random\nopen('out.txt', 'w').write(repr(random.random()))\n")
    first = api.check(run=run.id)
    again = api.check(run=run.id)
    assert named(first) == named(again) == [("unseeded-python", "python", "train.py:2")]
    assert again.replays == 0


def test_a_seed_that_record_was_given_is_the_users_own(lab: Lab) -> None:
    run = lab.record("import random\nopen('out.txt', 'w').write(repr(random.random()))\n", seed=3)
    found = api.check(run=run.id, vary=[])
    assert found.reproducible
    assert found.causes == ()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("raise SystemExit('no such data')", "no such data"),
        ("print('half way')\nimport os\nos.kill(os.getpid(), 9)", "signal 9"),
        ("name = input('name? ')", "terminal"),
    ],
)
def test_a_program_that_fails_as_it_is_cannot_be_checked(lab: Lab, script: str, words: str) -> None:
    with pytest.raises(CannotCheck, match=words):
        check(lab, script)


def test_one_that_fails_now_and_then_is_not_refused(lab: Lab) -> None:
    script = "import random\nif random.random() < 0.5:\n    raise SystemExit('unlucky')\nprint('done')\n"
    for _ in range(6):
        try:
            found = check(lab, script)
        except CannotCheck:  # unlucky twice at first
            continue
        if found.reproducible is False:
            assert [kind for kind, _, _ in named(found)] == ["unseeded-python"]
            return
    pytest.fail("it was lucky or unlucky in each of 6 checks")


def test_one_that_does_not_end_is_refused_in_time(lab: Lab) -> None:
    with pytest.raises(CannotCheck, match="did not end within 1 seconds"):
        check(lab, "import time\ntime.sleep(60)\n", timeout_s=1.0)


def test_one_that_leaves_nothing_is_said_so(lab: Lab) -> None:
    found = check(lab, "x = 1\n", vary=[])
    assert found.reproducible
    assert "leaves no file" in found.notes[0]


def test_what_was_found_is_a_document(lab: Lab) -> None:
    found = check(lab, "import random\nprint(random.random())\n")
    document = json.loads(msgspec.json.encode(found))
    assert set(document) >= {
        "reproducible", "reproducible_when_recorded", "causes", "sensitive_to", "insensitive_to", "replays",
    }  # fmt: skip
    assert set(document["causes"][0]) >= {"kind", "subject", "where", "evidence", "advice"}
