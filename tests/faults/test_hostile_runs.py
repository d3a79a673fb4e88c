"""Looking at a run never runs anything of it: hostile outputs, names and records under an audit hook."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Box, make_box

pytestmark = pytest.mark.faults

MAKES = """
import io, json, os, pickle, sqlite3, sys, zipfile
import numpy as np
hostile, number = sys.argv[1] == "hostile", int(sys.argv[2])
touch = "touch " + os.environ["CANARY"]
class Payload:
    def __reduce__(self):
        return (os.system, (touch,)) if number % 2 else (eval, (f"__import__('os').system({touch!r})",))
thing = Payload() if hostile else {"w": np.ones(3) * number}
raw = pickle.dumps(thing, 2)
def put(name, data): open(name, "wb").write(data if isinstance(data, bytes) else data.encode())
for name in ("model.pkl", "model.pickle", "model.joblib", "legacy.pt", "raw.ckpt", "w.bin"): put(name, raw)
with zipfile.ZipFile("model.pt", "w") as archive:
    archive.writestr("archive/data.pkl", raw); archive.writestr("archive/version", "3")
np.save("objects.npy", np.array([thing, number], object), allow_pickle=True)
np.savez("objects.npz", x=np.array([thing, number], object))
code = f"__import__('os').system({touch!r})" if hostile else str(number)
put("conf.yaml", f"!!python/object/apply:os.system ['{touch}']\\n" if hostile else f"a: {number}\\n")
put("page.html", f"<script>{code}</script>")
put("template.j2", "{{ " + code + " }}")
put("metrics.json", json.dumps({"acc": 0.5 + number, code if hostile else "f1": number}))
put("notes.txt", f"\\x1b]0;{code}\\x07\\x1b[2J {number}\\n")
put("table.csv", f"a,b\\n=cmd|' /C {code}'!A0,{number}\\n")
put("events.jsonl", json.dumps({"x": number, "__class__": code}) + "\\n")
put("script.py", code)
put("look.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": [code], "outputs": []}], "nbformat": 4}))
base = sqlite3.connect("base.sqlite")
base.execute("create table t (a)"); base.execute("insert into t values (?)", (code,)); base.commit(); base.close()
with zipfile.ZipFile("up.zip", "w") as archive:
    archive.writestr("../../escaped.txt" if hostile else "in.txt", code)
if hostile:
    put("$(" + touch.replace("/", "%") + ").txt", "x"); put("-rf", "x")
    put("a\\nb\\x1b[31m.txt", str(number)); put("{{7*7}}.txt", "x")
print("\\x1b]0;owned\\x07", "$(" + touch + ")", "`" + touch + "`", number)
"""

WATCHED = """
import io, json, os, sys
sys.path[:0] = json.loads(os.environ["PATHS"])
from samerun.cli.main import main
commands, store = json.loads(sys.argv[1]), os.environ["SAMERUN_STORE"]
BAD = ("pickle.find_class", "exec", "compile", "os.system", "os.exec", "os.posix_spawn", "os.fork", "os.spawn",
       "subprocess.Popen", "ctypes.dlopen", "webbrowser.open", "code.__new__", "marshal.loads")
seen, said, watching = [], [], False
def watch(event, arguments):
    if not watching:
        return
    if event in BAD or event.startswith(("socket.", "urllib.", "ftplib.", "smtplib.")):
        seen.append((event, repr(arguments)[:200]))
    if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        name = arguments[0]
        if not isinstance(name, int) and not os.path.join(store, ".samerun") in os.fsdecode(name):
            seen.append((event, repr(arguments)[:200]))
sys.addaudithook(watch)
def carry_out(command):
    sys.stdout, sys.stderr = io.StringIO(), io.StringIO()
    try:
        return [main(command), sys.stdout.getvalue(), sys.stderr.getvalue()]
    finally:
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
for command in commands["warm"]:  # libraries are imported before the watch begins
    carry_out(command)
watching = True
for command in commands["watched"]:
    said.append([command, *carry_out(command)])
exec(commands["bite"])
watching = False
print(json.dumps([seen, said]))
"""


def watched(box: Box, warm: list[list[str]], commands: list[list[str]], bite: str = "0") -> tuple[Any, Any]:
    """Carry out commands under the hook; return what the hook saw (its own exec left out), and what was said."""
    task = json.dumps({"warm": warm, "watched": commands, "bite": bite})
    done = box.with_variables(PATHS=json.dumps(sys.path)).type(sys.executable, "-c", WATCHED, task)
    assert done.returncode == 0, done.stderr
    seen, said = json.loads(done.stdout)
    return [each for each in seen if not (each[0] in ("exec", "compile") and "<string>" in each[1])], said


@pytest.fixture
def hostile(box: Box, tmp_path: Path) -> Box:
    """Two harmless runs, then two hostile ones."""
    box = box.with_variables(CANARY=str(tmp_path / "canary"))
    box.write("make.py", MAKES)
    for kind in ("harmless", "hostile"):
        for number in (1, 2):
            done = box.record("make.py", kind, str(number), "--note", "$(touch canary) {{7*7}} \x1b[31m")
            assert done.returncode == 0, done.stderr
            for path in box.work.iterdir():
                if path.name != "make.py":
                    path.unlink()
    return box


def looking(first: str, second: str) -> list[list[str]]:
    both = [[], ["--json"]]
    shows: list[list[str]] = [["show", first], ["show", second, "--all"], ["show", first, "--json"]]
    diffs = [["diff", first, second, *rest] for rest in (*both, ["--all"])]
    where = ["ls", "--where", "metrics.acc > 0.1"]
    return [["ls"], ["ls", "--json"], ["ls", "--csv"], where, *shows, *diffs, ["gc", "--dry-run"]]


def test_looking_at_hostile_runs_runs_nothing(hostile: Box, tmp_path: Path) -> None:
    before = {name: facts for name, facts in hostile.state().items() if not name.startswith(".samerun")}
    seen, said = watched(hostile, looking("last~3", "last~2"), looking("last~1", "last"))
    assert seen == []
    assert not (tmp_path / "canary").exists()
    assert {name: facts for name, facts in hostile.state().items() if not name.startswith(".samerun")} == before
    for command, status, out, err in said:
        assert status in (0, 1), (command, err)
        assert not set(out + err) & {"\x1b", "\x07", "\x9b"}, command
    kinds = {row["path"]: row["kind"] for row in json.loads(said[8][2])["outputs"]}
    assert {"model.pkl", "model.pt", "objects.npy", "objects.npz", "conf.yaml", "base.sqlite", "look.ipynb"} <= set(
        kinds
    )


def test_the_hook_bites(hostile: Box, tmp_path: Path) -> None:
    path = next(hostile.store.glob("make/*/results/model.pkl"))
    bites = "import pickle, subprocess; subprocess.run(['true']); pickle.load(open({!r}, 'rb')); open({!r}, 'w')"
    seen, _ = watched(hostile, [["ls"]], [], bites.format(str(path), str(tmp_path / "written")))
    assert {"pickle.find_class", "subprocess.Popen", "open"} <= {event for event, _ in seen}


HOSTILE_FIELDS = {
    "id": "../../../etc",
    "name": "../../outside",
    "command": ["$(touch canary)", "`touch canary`", "\x1b[2J", "{{7*7}}", "%s%n", "__import__('os')"],
    "tags": ["=cmd|' /C calc'!A0", "\x1b]0;x\x07", "<script>alert(1)</script>"],
    "status": "\x1b[31mfinished",
    "parent": "../../..",
    "outputs": [
        {"path": "/etc/passwd", "kind": "text", "size": 1, "hash": "0" * 64, "kept": "../../../../../etc/passwd"},
        {"path": "x", "kind": "pickle", "size": 1, "hash": "0" * 64, "kept": "/etc/passwd"},
        {"path": "y", "kind": "__import__", "size": -1, "hash": "../../key", "kept": "results/../../../.samerun/key"},
    ],
    "metrics": {"__class__": "0x" + "f" * 400, "\x1b[31m": 1e400, "acc": "NaN:zz"},
    "factors": {"__class__": {"x": 1}, "arguments": {"argv": "no list"}, "code": {"beside": "../../../../etc/passwd"},
                "data": {"beside": "/etc/passwd"}, "package": {"numpy": "no facts"}},
    "not_captured": [{"what": "\x1b[31m", "why": "\x07"}],
    "place": {"tree": "/etc", "cwd": "../..", "git": {
        "commit": "--upload-pack=touch canary", "branch": "../..", "remote": "ext::sh -c touch% canary", "dirty": False,
    }},
    "holder": {"host": "x", "boot": "", "pid": -1, "started": ""},
    "window": {"started": "x"},
    "started": 1e308,
    "seconds": -1e308,
    "exit_code": 2**70,
    "seal": {"files": [{"path": "../../../../etc/passwd", "size": 1, "blake3": "0"}], "count": 1, "record": "0" * 64},
}  # fmt: skip


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Box:
    """Two runs; each test gets a copy of their store."""
    box = make_box(tmp_path_factory.mktemp("pair"))
    box.write("train.py", "print(1)\nopen('out.txt', 'w').write('1')\n")
    for _ in range(2):
        assert box.record("train.py").returncode == 0
    return box


@pytest.mark.parametrize("field", HOSTILE_FIELDS)
def test_a_hostile_field_of_a_record_is_shown_or_refused(field: str, pair: Box, tmp_path: Path) -> None:
    shutil.copytree(pair.store, tmp_path / "store")
    box = replace(pair, store=tmp_path / "store").with_variables(SAMERUN_STORE=str(tmp_path / "store"))
    folder = box.folder()
    document = json.loads((folder / "run.json").read_text())
    document[field] = HOSTILE_FIELDS[field]
    if field != "seal":
        document.pop("seal")
    (folder / "run.json").write_text(json.dumps(document))
    secret = (box.store / ".samerun" / "key").read_bytes().hex()
    other = box.rows()[1]["id"] if box.rows()[1]["id"] != folder.name else box.rows()[0]["id"]
    commands = [["ls"], ["ls", "--csv"], ["ls", "--json"], ["show", str(folder)], ["show", str(folder), "--json"],
                ["diff", other, str(folder)], ["diff", other, str(folder), "--json"], ["show", other]]  # fmt: skip
    seen, said = watched(box, [["ls"], ["show", other], ["diff", other, other]], commands)
    assert seen == []
    for command, status, out, err in said:
        assert status in (0, 1, 2), (command, err)
        assert not set(out + err) & {"\x1b", "\x07", "\x9b"}, command
        assert "root:" not in out, "nothing outside of the run is shown"
        assert secret not in out
    assert said[-1][1] == 0, "the other run is untouched"
    done = box.samerun("replay", str(folder))
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr
    assert not list(box.work.rglob("canary"))
    assert "root:" not in done.stdout


def test_links_in_a_run_folder_lead_nowhere(box: Box, tmp_path: Path) -> None:
    """A run folder from somewhere else may hold links; nothing is read or written through them."""
    (tmp_path / "private.txt").write_text("canary-of-the-private-file")
    box.write("train.py", "print(1)\nopen('out.txt', 'w').write('1')\n")
    for _ in range(2):
        box.record("train.py")
    folder = box.folder()
    for name in ("results/out.txt", "logs/stdout.log", "model_card.md", "inputs.json", "logs/metrics.jsonl"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(tmp_path / "private.txt")
    for command in (
        ["show", "last"],
        ["diff", "last~1", "last"],
        ["diff", "last~1", "last", "--json"],
        ["replay", "last"],
    ):
        done = box.samerun(*command)
        assert done.returncode in (0, 1, 2), done.stderr
        assert "canary-of-the-private-file" not in done.stdout + done.stderr, command
    assert (tmp_path / "private.txt").read_text() == "canary-of-the-private-file"


def test_a_pretended_store_above_is_only_read(box: Box) -> None:
    """A pyproject.toml that names a store elsewhere is obeyed as text, never as code."""
    box.write("pyproject.toml", '[tool.samerun]\nstore = "$(touch canary)"\nvolatile = ["(((", "__import__"]\n')
    one = box.with_variables(SAMERUN_STORE=None)
    done = one.record("-c", "print(1)")
    assert done.returncode in (0, 2), done.stderr
    assert one.samerun("ls").returncode in (0, 2)
    assert not (box.work / "canary").exists()
