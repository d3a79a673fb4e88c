"""Threads that race come in one order when it is held, and a correct program computes what it did."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.inside.conditions.racing import noted, outcomes, site, under

APPENDING = """
import threading
done = []
def work(number):
    pause()
    done.append(number)
threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(done)
"""
QUEUE = """
import queue, threading
work, done = queue.Queue(), queue.Queue()
def serve():
    for item in iter(work.get, None):
        pause(0.01)
        done.put(item)
        work.task_done()
threads = [threading.Thread(target=serve) for _ in range(3)]
[thread.start() for thread in threads]
[work.put(item) for item in range(12)]
work.join()
[work.put(None) for _ in threads]
[thread.join() for thread in threads]
print([done.get() for _ in range(12)])
"""
POOLS = """
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
done = []
def work(number):
    pause(0.01)
    done.append(number)
with ThreadPoolExecutor(3) as pool:
    list(pool.map(work, range(8)))
with ThreadPool(3) as pool:
    pool.map(work, range(8), chunksize=1)
print(done)
"""
CLASS = """
import threading
done = []
class Worker(threading.Thread):
    def __init__(self, number):
        super().__init__(daemon=True)
        self.number = number
    def run(self):
        pause()
        done.append(self.number)
workers = [Worker(number) for number in range(6)]
[worker.start() for worker in workers]
while len(done) < 6:
    time.sleep(0.005)
print(done)
"""


@pytest.mark.parametrize("script", [APPENDING, QUEUE, POOLS, CLASS], ids=["append", "queue", "pools", "class"])
def test_a_race_comes_in_one_order_when_it_is_held(observe: Any, script: str) -> None:
    assert len(outcomes(observe, script)) > 1
    (held,) = outcomes(observe, script, "ordered")
    numbers = held.strip("[]\n").split(", ")
    assert numbers[:6] == ["0", "1", "2", "3", "4", "5"]


def test_it_is_held_in_every_python(observe: Any, python: str) -> None:
    assert len(outcomes(observe, QUEUE + POOLS, "ordered", python=python)) == 1


def test_a_variation_lets_later_ones_overtake(observe: Any) -> None:
    equal = APPENDING.replace("pause()", "pass")
    assert [number % 2 for number in json.loads(under(observe, equal, "reversed"))] == [1] * 4 + [0] * 4
    assert [number % 2 for number in json.loads(under(observe, equal, "delayed"))] == [0] * 4 + [1] * 4
    slow = QUEUE.replace("pause(0.01)", "time.sleep(0.01)")
    assert under(observe, slow, "reversed") != under(observe, slow, "ordered")


CORRECT = """
import http.server, queue, signal, subprocess, threading, urllib.request
from concurrent.futures import ThreadPoolExecutor
def fail():
    raise ValueError
def leave():
    sys.exit(3)
threading.excepthook = lambda told: print("failed", told.exc_type.__name__)
for function in (fail, leave):
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()
    print(thread.is_alive())

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
print(urllib.request.urlopen("http://127.0.0.1:%d" % server.server_port).read())

gate, items = threading.Condition(), []
limit = threading.Semaphore(2)
def use():
    with limit:
        time.sleep(0.01)
    with gate:
        items.append(1)
        gate.notify()
for _ in range(5):
    threading.Thread(target=use).start()
with gate:
    gate.wait_for(lambda: len(items) == 5)
event = threading.Event()
threading.Timer(0.05, event.set).start()
print(len(items), event.wait(5), threading.Event().wait(0.01))
try:
    queue.Queue().get(timeout=0.02)
except queue.Empty:
    print("empty")
with ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(lambda number: number * number, range(2000))))
def alarm(*told):
    raise TimeoutError("alarm")
signal.signal(signal.SIGALRM, alarm)
signal.setitimer(signal.ITIMER_REAL, 0.1)
try:
    threading.Event().wait(5)
except TimeoutError as error:
    print(error)
child = os.fork()
if child == 0:
    thread = threading.Thread(target=int)
    thread.start()
    thread.join()
    os._exit(7)
print(os.waitpid(child, 0)[1] >> 8)
server.shutdown()
def last():
    time.sleep(0.05)
    print("last")
threading.Thread(target=last).start()
"""


COMPUTED = """failed ValueError
False
failed SystemExit
False
b'ok'
5 True False
empty
2664667000
alarm
7
last
"""


@pytest.mark.parametrize("mode", ["ordered", "reversed", "watch"])
def test_a_correct_program_computes_what_it_did(observe: Any, mode: str) -> None:
    assert under(observe, CORRECT, mode, PYTHONWARNINGS="ignore") == COMPUTED


WAITING = """
import threading
from concurrent.futures import ThreadPoolExecutor
pool, meeting, told = ThreadPoolExecutor(8), threading.Barrier(3), []
def leaf(number):
    told.append(number)
    return number
def node(number):
    meeting.wait()
    return pool.submit(leaf, number).result() + 10
print([future.result() for future in [pool.submit(node, number) for number in range(3)]], told)
lock, event = threading.Lock(), threading.Event()
def first():
    with lock:
        event.wait()
        told.append("first")
def second():
    with lock:
        told.append("second")
def third():
    event.set()
threads = [threading.Thread(target=function) for function in (first, second, third)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(told)
stop = []
def look():
    while not stop:
        time.sleep(0.005)
watcher = threading.Thread(target=look)
watcher.start()
time.sleep(0.05)
stop.append(1)
watcher.join()
"""


def test_work_that_waits_for_other_work_does_not_hang(observe: Any) -> None:
    held = under(observe, WAITING, "ordered")
    assert held.splitlines()[0].startswith("[10, 11, 12] ")
    assert held.splitlines()[1].endswith("'first', 'second']")


def test_a_watch_notes_where_threads_are_started_and_pools_come_last(observe: Any) -> None:
    assert noted(observe, APPENDING) == [9]
    assert noted(observe, APPENDING.replace("print(done)", POOLS)) == [9, 20, 21]


def test_sites_restrict_it_to_threads_that_the_lines_start(observe: Any) -> None:
    assert len(outcomes(observe, APPENDING, "ordered@" + site(9))) == 1
    assert len(outcomes(observe, APPENDING, "ordered@" + site(3))) > 1


LIBRARY = """
import threading, sys
print(threading.Thread.start.__name__, threading.Condition.wait.__qualname__, len(threading.enumerate()))
import queue, pickle
from queue import SimpleQueue
one = SimpleQueue()
one.put(3)
print(one.get(), one.empty(), SimpleQueue.__name__, SimpleQueue.__module__)
try:
    one.get(timeout=0.01)
except queue.Empty:
    print("empty")
condition = threading.Condition()
try:
    condition.wait()
except RuntimeError as error:
    print(error)
"""


def test_what_is_replaced_looks_as_it_did(observe: Any, python: str) -> None:
    held = under(observe, LIBRARY, "ordered", python=python)
    plain = under(observe, LIBRARY, python=python)
    assert held.splitlines()[0] == plain.splitlines()[0]
    assert held.splitlines()[2:] == plain.splitlines()[2:]


def test_nothing_is_replaced_unless_it_is_asked_for(observe: Any) -> None:
    shown = under(
        observe, "import threading, queue\nprint(threading.Thread.start.__code__.co_filename, queue.SimpleQueue)"
    )
    assert "samerun" not in shown
    assert "_queue.SimpleQueue" in shown
