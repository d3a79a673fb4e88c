"""What a replay is given around and inside its processes: real programs that differ without it and agree with it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from samerun.api.stores import store_here
from samerun.basics import files
from samerun.compare.outputs import Side, compare_outputs
from samerun.compare.verdict import comparing
from samerun.factors import FACTORS
from samerun.factors.factor import Plan
from samerun.factors.machine import HOST
from samerun.launch import enter
from samerun.launch.again import run_again
from samerun.launch.surroundings import SetUp, refused, surround
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Values
from samerun.record.verdict import worst
from samerun.store import folder
from samerun.store.layout import RunFolder
from samerun.version import VERSION
from tests.lab import Lab

FACTOR = {factor.kind: factor for factor in FACTORS}
WRITE = "open('out.txt', 'w').write(str({}))\n"
PLACED = "class A: pass\nthings = [A() for _ in range(900)]\n" + WRITE.format("[id(t) // 7 for t in things[::90]]")
PIDS = """import os, subprocess, sys
from multiprocessing import get_context
def tell(queue):
    queue.put(os.getpid())
if __name__ == "__main__":
    queue = get_context("fork").SimpleQueue()
    child = get_context("fork").Process(target=tell, args=(queue,))
    child.start()
    child.join()
    print(open(f"/proc/{os.getpid()}/comm").read())
    shell = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True).stdout
    open("out.txt", "w").write(f"{os.getpid()} {queue.get()} {child.pid} {shell}")
"""
HELD = {
    "clock": "import time, datetime\n" + WRITE.format("(time.time_ns() % 9973, datetime.datetime.now().microsecond)"),
    "os-entropy": "import uuid, secrets\n" + WRITE.format("(uuid.uuid4().int % 9973, secrets.randbits(20))"),
    "unseeded-python": "import random\n" + WRITE.format("random.random()"),
    "unseeded-numpy": "import numpy as np\n" + WRITE.format("(np.random.default_rng().random(), np.random.rand())"),
    "memory-address": PLACED,
    "process-id": PIDS,
}


def values_of(run: Run, kind: str) -> Values:
    reading = run.reading(kind)
    return {} if isinstance(reading, Missing) else reading


def plainly(run: Run) -> dict[str, Values]:
    """Return what a launch is given so that nothing is held."""
    released = ("os-entropy", "hash-order")
    return {kind: FACTOR[kind].released(values_of(run, kind)) for kind in released}  # type: ignore[attr-defined]


def again(run: Run, given: dict[str, Values]) -> Any:
    return run_again(run, store_here(), os.environ, VERSION, given={**plainly(run), **given})


def written(done: Any, name: str = "out.txt") -> str:
    (output,) = [each for each in done.launched.run.outputs if each.path == name]
    return Path(done.launched.folder.path, output.kept).read_text()


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize("kind", HELD)
def test_it_differs_plainly_and_agrees_when_held(lab: Lab, kind: str) -> None:
    run = lab.record(HELD[kind])
    plain = {written(again(run, {})) for _ in range(2)}
    held = FACTOR[kind].held(values_of(run, kind))
    assert held is not None
    done = [again(run, {kind: held}) for _ in range(2)]
    assert len(plain) == 2
    assert len({written(each) for each in done}) == 1
    assert [each.notes for each in done] == [[], []]


@pytest.mark.usefixtures("mounted")
def test_fresh_memory_is_filled(lab: Lab) -> None:
    pytest.importorskip("numpy")
    used = "import numpy as np\ndel [np.random.default_rng(0).random(n) for n in (9, 9000)][:]\n"
    run = lab.record(used + WRITE.format("[float(np.empty(n).sum()) for n in (9, 9000)]"))
    factor = FACTOR["uninitialised-memory"]
    (filled,) = factor.variations({})
    assert json.loads(written(again(run, {factor.kind: factor.held({}) or {}}))) == [0.0, 0.0]
    assert min(json.loads(written(again(run, {factor.kind: filled})))) > 1e35


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize(
    ("kind", "asked", "plain"),
    [
        ("timezone", "__import__('time').strftime('%z')", None),
        ("locale", "__import__('locale').getpreferredencoding(False)", None),
        ("working-directory", "__import__('os').getcwd()", None),
        ("environment-variable", "__import__('os').path.expanduser('~')", None),
        ("environment-variable", "__import__('getpass').getuser()", None),
        ("machine", "__import__('socket').gethostname()", None),
        ("machine", "__import__('os').umask(0)", None),
        ("process-id", "__import__('os').getpid() == 31007", "False"),
    ],
)
def test_what_is_around_it_is_varied(lab: Lab, kind: str, asked: str, plain: str | None) -> None:
    run = lab.record(WRITE.format(asked))
    first = written(again(run, {}))
    varied = {written(again(run, {kind: each})) for each in FACTOR[kind].variations(values_of(run, kind))}
    assert plain is None or first == plain
    assert varied - {first}


@pytest.mark.usefixtures("mounted")
def test_the_network_is_away_and_processes_still_speak_to_each_other(lab: Lab) -> None:
    script = """import socket
try:
    socket.create_connection(("192.0.2.1", 9), 0.3)
except OSError as error:
    number = error.errno
with socket.create_server(("127.0.0.1", 0)) as server:
    near = socket.create_connection(server.getsockname()).getpeername()[0]
open("out.txt", "w").write(f"{number} {near}")
"""
    run = lab.record(script)
    (away,) = FACTOR["network"].variations(values_of(run, "network"))
    assert written(again(run, {"network": away})) == "101 127.0.0.1"


CONTROL = """import datetime, getpass, json, os, random, socket, time
start, generator = time.time(), random.Random(3)
loss = sum(generator.random() for _ in range(1000))
json.dump({"loss": loss, "created_at": datetime.datetime.now().isoformat(), "timestamp": time.time(),
           "duration_s": time.time() - start, "hostname": socket.gethostname(), "pid": os.getpid(), "cwd": os.getcwd()},
          open("out.txt", "w"))
print(datetime.datetime.now(), "took", time.time() - start, "seconds")
"""


@pytest.mark.usefixtures("mounted")
@pytest.mark.parametrize("kind", ["clock", "process-id", "timezone", "machine", "memory-address"])
def test_a_result_that_only_carries_times_and_names_is_the_same(lab: Lab, kind: str) -> None:
    run = lab.record(CONTROL)
    factor, values = FACTOR[kind], values_of(run, kind)
    plain = again(run, {})
    held = factor.held(values)
    for given in (*factor.variations(values), *([held] if held else [])):
        assert judged(plain, again(run, {kind: given})) == "equivalent", given


def judged(a: Any, b: Any) -> str:
    sides = [Side(each.launched.run, each.launched.folder.path) for each in (a, b)]
    how = comparing(a.launched.run, b.launched.run)
    return worst(each.verdict for each in compare_outputs(*sides, how))


@pytest.mark.usefixtures("mounted")
def test_how_a_program_ends_is_told_from_a_space_of_its_own(lab: Lab) -> None:
    for script, code in (("import sys; sys.exit(7)", 7), ("import os; os.kill(os.getpid(), 9)", -9)):
        run = lab.record(script)
        assert again(run, {"process-id": {"mode": "held"}}).launched.ending.returncode == code


def test_settings_without_a_namespace_are_set_or_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAMERUN_NO_NAMESPACE", "1")
    run = lab.record(WRITE.format("(__import__('os').umask(0), open('/proc/self/personality').read().strip())"))
    given: dict[str, Values] = {
        "memory-address": {"mode": "held"},
        "machine": {"umask": "077"},
        "process-id": {"mode": "held"},
    }
    done = again(run, given)
    assert written(done) == "(63, '00040000')"
    assert done.notes == ["first pid could not be set: there are no mount namespaces here"]


def test_another_home_leads_to_the_same_folder(tmp_path: Path) -> None:
    plan = Plan([], "/", {"HOME": str(tmp_path)}, setup={"other_home": True})
    surround(plan, tmp_path / "replay")
    assert plan.setup == {}
    assert plan.environment["HOME"] != str(tmp_path)
    assert os.path.samefile(plan.environment["HOME"], tmp_path)
    surround(Plan([], "/", {}, setup={"other_home": True}), tmp_path / "replay")


def test_removing_a_replay_leaves_the_home_folder(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "mine").write_text("")
    plan = Plan([], "/", {"HOME": str(tmp_path / "home")}, setup={"other_home": True})
    surround(plan, tmp_path / "replay")
    files.remove_tree(tmp_path / "replay")
    assert (tmp_path / "home" / "mine").exists()


def test_what_is_to_be_set_up_is_written_down_for_the_way_in(tmp_path: Path) -> None:
    plan = Plan(["x"], str(tmp_path), {}, setup={"umask": 63})
    command = SetUp(plan, tmp_path)(["x", "y"], RunFolder(tmp_path))
    assert command[:4] == [sys.executable, "-I", "-S", enter.__file__]
    assert command[-3:] == ["--", "x", "y"]
    assert json.loads((tmp_path / "mounts.json").read_text()) == {
        "cwd": str(tmp_path), "setup": {"umask": 63}, "separate": False,
        "told": str(tmp_path / "logs" / "not_captured.jsonl"),
    }  # fmt: skip


def test_what_was_refused_stands_in_the_record(lab: Lab) -> None:
    run = lab.record(WRITE.format("1"))
    assert refused(run) == []
    done = again(run, {"machine": {HOST: "x" * 100}})
    (sentence,) = refused(done.launched.run)
    assert sentence.startswith("hostname could not be set: ")
    assert refused(folder.load(done.launched.folder)) == [sentence]
