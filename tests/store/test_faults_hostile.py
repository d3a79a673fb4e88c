"""Opening, listing and verifying a run executes nothing of it and writes nothing into it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from .conftest import MakeRun, environment, python

pytestmark = pytest.mark.faults

PROGRAM = """
import os, sys
from pathlib import Path
from samerun.errors import SamerunError
from samerun.store import folder as folders, metrics_log
from samerun.store.collect import collect
from samerun.store.index import list_runs
from samerun.store.layout import StoreLayout
from samerun.store.references import find_run

root = sys.argv[1]
layout = StoreLayout(Path(root))
events = []
HARMFUL = ("pickle.find_class", "exec", "compile", "import", "subprocess.Popen", "os.system", "os.exec", "os.fork",
           "socket.connect", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate")

def hook(event, arguments):
    text = repr(arguments)
    ours = os.path.join(root, ".samerun")
    by_descriptor = bool(arguments) and isinstance(arguments[0], int)  # of a file whose opening was looked at
    if event in HARMFUL and ours not in text and not by_descriptor:
        events.append((event, text))
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        if ours not in text:
            events.append((event, text))

def act():
    for row in list_runs(layout):
        find_run(layout, row.id, Path(root))
    find_run(layout, "last", Path(root))
    for folder in layout.run_folders():
        metrics_log.history(folder.logs)
        for read in (folders.load, folders.problems):
            try:
                read(folder)
            except SamerunError:
                pass
    collect(layout, dry_run=True)

act()
sys.addaudithook(hook)
layout.index.unlink()
act()
act()
for event in events:
    print(*event)
"""


def test_nothing_of_a_run_is_executed(make_run: MakeRun, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    code = f"__import__('pathlib').Path({str(canary)!r}).touch()"
    pickled = b"cbuiltins\nexec\n(V" + code.encode() + b"\ntR."
    for number, name in enumerate(
        ("results/model.pkl", "inputs.json", "logs/metrics.jsonl", "run.json", "config.json")
    ):
        folder = make_run(f"20260101_12000{number}_hostil")
        (folder.path / name).write_bytes(pickled)
    folder = make_run("20260101_130000_yaml00", command=["$(touch canary)", "`touch canary`", "{{7*7}}", "%s%n"])
    (folder.results / "conf.yaml").write_text(f'!!python/object/apply:builtins.exec ["{code}"]')
    deep = json.dumps({"schema": "samerun.run/1"})[:-1] + ', "x": ' + "[" * 50_000
    make_run("20260101_130001_deep00").record.write_text(deep)
    root = folder.path.parents[1]
    before = {str(path): path.read_bytes() for path in sorted(root.glob("digits/**/*")) if path.is_file()}
    done = subprocess.run(
        python("-c", PROGRAM, str(root)), env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert not canary.exists()
    assert {str(path): path.read_bytes() for path in sorted(root.glob("digits/**/*")) if path.is_file()} == before
