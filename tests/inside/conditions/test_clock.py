"""A clock that is held repeats, one that is shifted or fast shows; what waits by a clock still ends."""

from __future__ import annotations

import re
from typing import Any

import pytest

from samerun.inside.conditions import clock

HELD = "clock=held:1700000000123456789"
SCRIPT = """import datetime, logging, io, sys, time
from time import time as now
print(time.time(), time.time_ns(), time.monotonic(), time.monotonic_ns(), time.perf_counter(), time.perf_counter_ns())
print(time.process_time(), time.process_time_ns(), time.thread_time(), now())
print(time.ctime(), time.strftime("%Y-%m-%d"), time.localtime().tm_year, time.gmtime(None).tm_hour, time.asctime())
print(datetime.datetime.now(), datetime.date.today(), datetime.datetime.today())
print(datetime.datetime.now(datetime.timezone.utc), datetime.datetime.now(tz=datetime.timezone.utc).timestamp())
print(time.clock_gettime(time.CLOCK_REALTIME), time.clock_gettime_ns(time.CLOCK_MONOTONIC))
stream = io.StringIO()
logging.basicConfig(stream=stream, format="%(asctime)s")
logging.warning("x")
print(stream.getvalue().strip())
"""
UTCNOW = """import datetime, warnings
warnings.simplefilter("ignore")
class Own(datetime.datetime):
    pass
print(datetime.datetime.utcnow(), Own.now(), type(Own.now()).__name__, type(Own.utcnow()).__name__, Own.today())
"""
GIVEN = """import time, datetime
print(time.gmtime(0).tm_year, time.strftime("%Y", (1999, *[1] * 8)), time.ctime(0)[-4:], time.gmtime(10**9).tm_year)
print(datetime.datetime.fromtimestamp(0, datetime.timezone.utc), datetime.date(2001, 2, 3), datetime.datetime.min)
"""
WAITING = """import queue, subprocess, sys, threading, time
from concurrent.futures import ThreadPoolExecutor, TimeoutError
started = {real}()
print(threading.Event().wait(0.1))
try:
    queue.Queue().get(timeout=0.1)
except queue.Empty:
    print("empty")
print(subprocess.run([sys.executable, "-c", "pass"], timeout=60).returncode)
with ThreadPoolExecutor(2) as pool:
    print(pool.submit(time.sleep, 0.05).result(timeout=60))
until, rounds = time.time() + {budget}, 0
while time.time() < until:
    rounds += 1
print(rounds)
until, rounds = time.monotonic() + 5, 0
while time.monotonic() < until:
    rounds += 1
print(rounds)
"""
SPANS = """import time
a, b = time.time(), time.monotonic()
time.sleep(0.25)
print(time.time() - a, time.monotonic() - b)
"""
THREADS = """import threading, time
found = {}
def work():
    time.sleep(0.01)
    found[threading.current_thread().name] = [time.time() for _ in range(3)]
for name in ("a", "b"):
    threading.Thread(target=work, name=name).start()
print([time.time() for _ in range(20)])
for thread in threading.enumerate():
    if thread is not threading.current_thread():
        thread.join()
print(sorted(found.items()))
"""
PROCESSES = """import os, subprocess, sys, time
from multiprocessing import get_context
def tell():
    print(time.time_ns(), flush=True)
if __name__ == "__main__":
    tell()
    for kind in ("fork", "spawn"):
        child = get_context(kind).Process(target=tell)
        child.start()
        child.join()
    subprocess.run([sys.executable, "-c", "import time; print(time.time_ns())"], check=True)
"""


def output(observe: Any, script: str, asked: str, **more: Any) -> str:
    spool = observe(script, env={"SAMERUN_CONDITIONS": asked, "TZ": "UTC"}, **more)
    faults = [event.record for event in spool.events if type(event.record).__name__ == "FaultSeen"]
    assert faults == []
    return str(observe.output)


def test_every_clock_repeats_when_held(observe: Any, python: str) -> None:
    held = output(observe, SCRIPT + UTCNOW, HELD, python=python)
    assert held == output(observe, SCRIPT + UTCNOW, HELD, python=python)
    assert set(re.findall(r"20[2-9]\d-", held)) == {"2023-"}


@pytest.mark.parametrize("script", [THREADS, PROCESSES], ids=["threads", "processes"])
def test_it_repeats_in_threads_and_processes(observe: Any, script: str) -> None:
    assert output(observe, script, HELD) == output(observe, script, HELD)


def test_a_held_clock_begins_where_the_run_began_and_ticks(observe: Any) -> None:
    told = output(observe, SCRIPT, HELD)
    assert told.startswith("1700000000.12")
    assert "2023-11-14" in told
    script = (
        "import time\nread = [time.time_ns() for _ in range(300)]\nprint(read == sorted(set(read)), read[-1] - read[0])"
    )
    grew, span = output(observe, script, HELD).split()
    assert grew == "True"
    assert 1e9 < int(span) < 60e9


def test_no_two_processes_or_threads_read_the_same(observe: Any) -> None:
    for script in (PROCESSES, THREADS):
        moments = re.findall(r"\d{9,}[.\d]*", output(observe, script, HELD))
        assert len(set(moments)) == len(moments) > 3


@pytest.mark.parametrize("asked", ["", "clock=watch"])
def test_nothing_is_changed_unless_it_is_asked_for(observe: Any, asked: str) -> None:
    assert "2023-11-14" not in output(observe, SCRIPT, asked)
    script = "import time, datetime\nprint(abs(time.time() - datetime.datetime.now().timestamp()) < 1)"
    assert output(observe, script, asked) == "True\n"


def test_a_shifted_clock_is_of_another_day_everywhere(observe: Any, python: str) -> None:
    script = "import time, datetime\nprint(time.time(), datetime.datetime.now().timestamp(), time.clock_gettime(0))\n"
    real = float(output(observe, script, "", python=python).split()[0])
    for moment in map(float, output(observe, script, "clock=shifted", python=python).split()):
        assert 0 < moment - real - clock.SHIFT_NS / 1e9 < 60


def test_a_fast_clock_makes_spans_longer(observe: Any) -> None:
    assert all(span > 0.5 for span in map(float, output(observe, SPANS, "clock=fast").split()))
    assert all(0.1 < span < 0.5 for span in map(float, output(observe, SPANS, "clock=watch").split()))


@pytest.mark.parametrize("asked", [HELD, "clock=shifted", "clock=fast"])
def test_what_is_given_a_moment_is_left_alone(observe: Any, asked: str, python: str) -> None:
    assert output(observe, GIVEN, asked, python=python) == output(observe, GIVEN, "", python=python)


def test_what_waits_ends(observe: Any) -> None:
    script = WAITING.format(real="time.monotonic", budget=3600)
    first = output(observe, script, HELD)
    assert first.split()[:4] == ["False", "empty", "0", "None"]
    assert first == output(observe, script, HELD)


def test_sleeping_takes_as_long_as_ever_and_is_added_to_a_held_clock(observe: Any) -> None:
    for span in map(float, output(observe, SPANS, HELD).split()):
        assert 0.25 < span < 0.26


def test_libraries_wait_by_the_real_clock_for_spans(observe: Any) -> None:
    (observe.tree / "site-packages").mkdir()
    (observe.tree / "site-packages" / "library.py").write_text(
        "import time\ndef span():\n    return time.monotonic()\n"
    )
    script = (
        "import sys\nsys.path.insert(0, 'site-packages')\nimport library, time\nprint(library.span(), time.monotonic())"
    )
    one, other = (output(observe, script, HELD).split() for _ in range(2))
    assert one[1] == other[1]
    assert one[0] != other[0]


def test_how_often_a_library_asks_does_not_move_the_clock_of_the_users_lines(observe: Any) -> None:
    (observe.tree / "site-packages").mkdir()
    waits = "import time\ndef poll(times):\n    return [time.time() for _ in range(times)][-1], time.sleep(0.001)\n"
    (observe.tree / "site-packages" / "library.py").write_text(waits)
    script = (
        "import sys\nsys.path.insert(0, 'site-packages')\nimport library, time\nlibrary.poll({})\nprint(time.time())"
    )
    assert output(observe, script.format(3), HELD) == output(observe, script.format(77), HELD)


def test_only_the_named_lines_are_changed(observe: Any) -> None:
    script = "import time, datetime\nprint(time.time())\nprint(datetime.date.today().year)\nprint(time.gmtime()[0])\n"
    told = output(observe, script, HELD + "@script.py:2,script.py:4").split()
    assert told[0].startswith("1700000000.")
    assert told[2] == "2023"
    assert told[1] != "2023"


def test_the_lines_that_read_a_clock_are_noted(observe: Any) -> None:
    (observe.tree / "site-packages").mkdir()
    (observe.tree / "site-packages" / "library.py").write_text("import time\ndef seed():\n    return time.time()\n")
    script = (
        "import sys, time, datetime, collections\nsys.path.insert(0, 'site-packages')\nimport library\n"
        "library.seed()\ntime.perf_counter()\ndatetime.date.today()\ntime.sleep(0)\ntime.gmtime(0)\n"
    )
    spool = observe(script, env={"SAMERUN_CONDITIONS": "clock=watch"})
    used = [event.record for event in spool.events if type(event.record).__name__ == "Used"]
    assert sorted({(each.kind, each.file, each.line) for each in used}) == [
        ("clock", "script.py", n) for n in (4, 5, 6)
    ]


def test_the_class_datetime_is_the_one_that_compiled_libraries_know(observe: Any) -> None:
    pytest.importorskip("pandas")
    script = """
import datetime, pickle, pandas
assert type(datetime.datetime.now()) is datetime.datetime and isinstance(pandas.Timestamp.now(), datetime.datetime)
assert pickle.loads(pickle.dumps(datetime.datetime.now)).__name__ == "now"
print(pandas.Timestamp.now(), pandas.Timestamp.today(), pandas.to_datetime("now", utc=True), pandas.Timestamp("today"))
"""
    assert output(observe, script, HELD).count("2023-11-14") == 4


def test_a_bad_call_fails_as_ever(observe: Any) -> None:
    script = """
import time, datetime
calls = (lambda: time.time(1), lambda: datetime.datetime.now("x"), lambda: time.sleep(-1), lambda: time.ctime("x"))
for call in calls:
    try:
        call()
    except (TypeError, ValueError, OSError) as error:
        print(type(error).__name__)
"""
    assert output(observe, script, HELD) == output(observe, script, "")
