"""Variables: those read by name, and nothing else."""

from __future__ import annotations

from samerun.launch import reported
from samerun.launch.spool import Spool
from tests.inside.conftest import Observe

GIVEN = {"GIVEN": "1", "OTHER": "2", "THIRD": "3"}


def seen(spool: Spool) -> dict[str, tuple[bool, bool]]:
    return {each.name: (each.present, each.user) for each in spool.of(reported.Variable)}


def test_every_way_of_reading_by_name(observe: Observe, python: str) -> None:
    spool = observe(
        """
import os
os.environ["GIVEN"]; os.environ.get("A"); os.getenv("B", "x"); "C" in os.environ
os.environ.setdefault("D", "1"); os.environ.pop("E", None); os.environ.pop("OTHER"); os.getenvb(b"THIRD")
try:
    os.environ["F"]
except KeyError as error:
    print(error)
""",
        env=GIVEN,
        python=python,
    )
    present = {"GIVEN": True, "OTHER": True, "THIRD": True} | dict.fromkeys("ABCDEF", False)
    assert seen(spool) == {name: (there, True) for name, there in present.items()}
    assert observe.output == "'F'\n"


def test_copying_and_walking_is_not_reading(observe: Observe, python: str) -> None:
    spool = observe(
        """
import copy, os, subprocess, sys
dict(os.environ); os.environ.copy(); {**os.environ}; list(os.environ); list(os.environ.items())
list(os.environ.values())
os.environ | {}; {} | os.environ; len(os.environ); str(os.environ); os.environ == {}; dict(os.environ.items())
for name in os.environ:
    if name == "x": os.environ[name]
for name, value in os.environ.items(): pass
{k: v for k, v in os.environ.items()}
os.environ.get("GIVEN")
dict(os.environ); os.environ.copy()
copy.copy(os.environ)["OTHER"]
subprocess.run([sys.executable, "-S", "-c", "pass"], env=os.environ, check=True)
subprocess.run([sys.executable, "-S", "-c", "pass"], env={**os.environ, "X": "1"}, check=True)
""",
        env=GIVEN,
        python=python,
    )
    names = {name for name, (_, user) in seen(spool).items() if user}
    assert names - {"PATH"} == {"GIVEN", "OTHER"}


def test_the_environment_stays_what_it_was(observe: Observe, python: str) -> None:
    program = """
import copy, os, pickle
e = os.environ
print(type(e).__name__, type(e).__module__, isinstance(e, os._Environ), type(copy.copy(e)) is type(e))
print(type(e | {}), type(e.copy()), type(copy.deepcopy(e)) is type(e))
print(os._Environ.__getitem__.__qualname__, os._Environ.__iter__.__qualname__, sorted(vars(os._Environ)))
e["NEW"] = "1"; print(e["NEW"], os.getenv("NEW"), "NEW" in e); del e["NEW"]; print(e.get("NEW"))
for bad in (1, None):
    try:
        e[bad]
    except TypeError as error:
        print(error)
try:
    pickle.dumps(e)
except Exception as error:
    print(type(error))
"""
    observe(program, python=python)
    recorded = observe.output
    observe(program, python=python, bare=True)
    assert recorded == observe.output


def test_what_the_program_set_itself_is_its_own(observe: Observe) -> None:
    spool = observe(
        """
import os
os.environ["GIVEN"] = "changed"; os.environ["GIVEN"]; del os.environ["OTHER"]; os.environ.get("OTHER")
os.environ["NEW"] = "1"; os.environ["NEW"]
os.environ["THIRD"] = "3"; os.environ["THIRD"]
""",
        env=GIVEN,
    )
    assert seen(spool) == {"THIRD": (True, True)}


def test_a_library_reads_for_itself_and_the_user_may_read_later(observe: Observe) -> None:
    library = observe.tree / "env" / "site-packages"
    library.mkdir(parents=True)
    (library / "somelib.py").write_text("import os\nos.environ.get('GIVEN'); os.environ.get('OTHER')\n")
    spool = observe(
        "import os, sys; sys.path.append('env/site-packages'); import somelib; os.environ.get('OTHER')", env=GIVEN
    )
    told = [(each.name, each.user) for each in spool.of(reported.Variable)]
    assert told == [("GIVEN", False), ("OTHER", False), ("OTHER", True)]


def test_our_own_are_not_the_programs(observe: Observe) -> None:
    assert seen(observe("import os; os.environ.get('SAMERUN_SPOOL')")) == {}


def test_threads_do_not_disturb_each_other(observe: Observe) -> None:
    spool = observe(
        """
import os, threading
def work():
    for _ in range(200):
        dict(os.environ)
threads = [threading.Thread(target=work) for _ in range(4)]
[t.start() for t in threads]; [t.join() for t in threads]
"""
    )
    assert {name for name, (_, user) in seen(spool).items() if user} == set()
