"""What a file held before the program changed it is put aside, once, and nothing else is."""

from __future__ import annotations

import time

from samerun.launch import reported
from samerun.launch.spool import Spool
from tests.inside.conftest import Observe


def run(observe: Observe, script: str) -> tuple[Spool, dict[str, bytes]]:
    (observe.tree / "script.py").write_text(script)
    spool = observe("script.py", env={"SAMERUN_STARTED": str(time.time_ns() + 1_000_000)})
    kept = {each.path: observe.spool_folder / each.copy for each in spool.of(reported.Before)}
    assert spool.of(reported.FaultSeen) == []
    return spool, {path.replace(f"{observe.tree}/", ""): copy.read_bytes() for path, copy in kept.items()}


def test_each_way_of_changing_a_file_keeps_what_it_held(observe: Observe) -> None:
    for name in ("state.json", "log.txt", "last.npz", "old.npz", "gone.txt", "both.bin"):
        (observe.tree / name).write_text(f"content of {name}")
    spool, kept = run(
        observe,
        """
import os
open("state.json").read(); open("state.json", "w").write("new")
for _ in range(2):
    open("log.txt", "a").write("more")
open("both.bin", "r+").write("x")
open("tmp", "w").write("n"); os.replace("last.npz", "old.npz"); os.replace("tmp", "last.npz")
open("gone.txt").close(); os.remove("gone.txt")
""",
    )
    names = ["state.json", "log.txt", "both.bin", "last.npz", "old.npz", "gone.txt"]
    assert kept == {name: f"content of {name}".encode() for name in names}
    reads = {each.path.rpartition("/")[2] for each in spool.of(reported.Read)}
    assert reads == {"script.py", "state.json", "both.bin", "gone.txt"}, "a copy of ours is no read of the program"


def test_a_database_is_put_aside(observe: Observe) -> None:
    (observe.tree / "e.db").write_bytes(b"")
    _, kept = run(observe, "import sqlite3; sqlite3.connect('e.db').execute('create table t(a)')")
    assert kept == {"e.db": b""}


def test_what_the_run_made_is_not_kept_nor_big_files_that_nobody_read_nor_secrets(observe: Observe) -> None:
    (observe.tree / "big.bin").write_bytes(bytes((1 << 20) + 1))
    (observe.tree / ".env").write_text("KEY=1")
    script = """
import time; time.sleep(0.05)
for _ in range(2):
    for name in ("own.txt", "big.bin"):
        open(name, "w").close()
open(".env").read(); open(".env", "a").close()
import os; os.replace("own.txt", "other.txt"); os.remove("other.txt")
"""
    _, kept = run(observe, script)
    assert kept == {}


def test_a_full_or_lost_spool_changes_nothing_for_the_program(observe: Observe) -> None:
    (observe.tree / "a.txt").write_text("old")
    script = "import os, shutil; shutil.rmtree(os.environ['SAMERUN_SPOOL']); open('a.txt', 'a').write('new')"
    _, kept = run(observe, script)
    assert kept == {}
    assert (observe.tree / "a.txt").read_text() == "oldnew"


def test_a_file_that_could_hold_a_secret_is_not_put_aside(observe: Observe) -> None:
    contents = {
        "conf.yaml": b"db:\n  password: hunter2hunter2\n",
        "id": b"-----BEGIN OPENSSH PRIVATE KEY-----\n",
        "state.bin": b"\0\1" + b"v4lue-of-the-variable" + b"\0",
        "state.json": b'{"epoch": 3}',
        "model.bin": b"\0password\0",
    }
    for name, content in contents.items():
        (observe.tree / name).write_bytes(content)
    script = "".join(f"open({name!r}, 'rb').read(); open({name!r}, 'wb').close()\n" for name in contents)
    (observe.tree / "script.py").write_text(script)
    variables = {"SAMERUN_STARTED": str(time.time_ns() + 1_000_000), "HF_TOKEN": "v4lue-of-the-variable"}
    spool = observe("script.py", env=variables)
    assert [each.path.rpartition("/")[2] for each in spool.of(reported.Before)] == ["state.json", "model.bin"]
    assert spool.of(reported.FaultSeen) == []
    assert len(list(observe.spool_folder.glob("*.before"))) == 2
