from __future__ import annotations

import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from samerun.outputs import TYPES, compare_files, recognise
from samerun.outputs.comparing import Comparing

HEAVY = ("numpy", "pyarrow", "yaml", "torch", "PIL", "h5py", "safetensors", "tensorboard", "pandas")

WATCHED = """
import sys
def watch(event, arguments):
    if armed and event in forbidden:
        seen.append((event, str(arguments)[:100]))
forbidden = (
    "exec", "compile", "import", "marshal.loads", "os.system", "subprocess.Popen", "pickle.find_class", "os.exec",
    "socket.connect", "ctypes.dlopen", "os.posix_spawn", "os.fork", "sqlite3.load_extension", "os.symlink", "os.link",
)
seen, armed = [], False
from pathlib import Path
from samerun.outputs import compare_files
from samerun.outputs.comparing import Comparing
from samerun.record.window import Window
comparing = Comparing(Window(0, 1), Window(0, 1))
folder = Path(sys.argv[1])
names = sorted(path.name for path in (folder / "a").iterdir())
for name in names:  # the first round imports what the types import late
    compare_files(name, folder / "a" / name, folder / "b" / name, comparing)
sys.addaudithook(watch)
armed = True
for name in names:
    found = compare_files(name, folder / "a" / name, folder / "b" / name, comparing)
    assert found.verdict != "identical", name
armed = False
print(seen)
"""


def test_every_kind_is_there_once_and_bytes_come_last() -> None:
    kinds = [kind.kind for kind in TYPES]
    assert len(kinds) == len(set(kinds))
    assert kinds[-2:] == ["text", "binary"]
    assert {"json", "jsonl", "yaml", "toml", "csv", "sqlite", "zip", "tar", "compressed", "notebook"} <= set(kinds)


@pytest.mark.parametrize("name", ["", "x", "x.json", "x.npy", "x.pt", "x.csv", "x.tar.gz", "x.ipynb", ".", "a/.b"])
@pytest.mark.parametrize("head", [b"", b"\x00", b"\xff" * 4096, b"PK\x03\x04", b"\x80\x02"])
def test_any_file_is_of_some_type(name: str, head: bytes) -> None:
    assert recognise(name, head).kind


def test_importing_the_table_imports_nothing_heavy() -> None:
    code = f"import sys, samerun.outputs; print([name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_files_of_different_types_are_compared_by_bytes(tmp_path: Path, comparing: Comparing) -> None:
    (tmp_path / "a").write_bytes(b"loss 1")
    (tmp_path / "b").write_bytes(b"\x00\x01")
    found = compare_files("out", tmp_path / "a", tmp_path / "b", comparing)
    assert found.verdict == "different"
    assert found.detail.startswith("the first is text, the second binary; by bytes: first difference at byte 0")


def test_a_file_that_is_not_there(tmp_path: Path, comparing: Comparing) -> None:
    found = compare_files("out", tmp_path / "a", tmp_path / "b", comparing)
    assert (found.verdict, found.detail) == ("incomplete", "cannot be read: No such file or directory")


def test_comparing_executes_nothing(tmp_path: Path) -> None:
    """Compare hostile files under an audit hook: no code is compiled, imported or run, no process, no connection."""
    evil = {
        "a.yaml": "x: !!python/object/apply:os.system ['touch %s']\ny: {n}\n",
        "b.json": '{{"__class__": "os.system", "n": {n}}}',
        "c.ipynb": '{{"cells": [{{"cell_type": "code", "source": "import os; os.system({n})", "outputs": []}}]}}',
        "d.csv": "a,b\n=cmd|' /C calc'!A0,{n}\n",
        "e.txt": "$(touch x) `id` {{{{7*7}}}} {n}\n",
        "f.toml": "x = {n}\n",
        "g.jsonl": '{{"x": {n}}}\n',
        "h.svg": "<svg onload='alert({n})'/>",
        "i.py": "import os; os.system('{n}')",
    }
    for side, number in (("a", 1), ("b", 2)):
        (tmp_path / side).mkdir()
        for name, content in evil.items():
            (tmp_path / side / name).write_text(content.format(n=number).replace("%s", str(tmp_path / "made")))
        with zipfile.ZipFile(tmp_path / side / "k.zip", "w") as archive:
            archive.writestr("../../evil.json", f"[{number}]")
        with closing(sqlite3.connect(tmp_path / side / "l.db")) as connection, connection:
            connection.execute("CREATE TABLE t (x)")
            connection.execute("CREATE VIEW v AS SELECT load_extension('made')")
            connection.execute(f"INSERT INTO t VALUES ({number})")
    done = subprocess.run([sys.executable, "-c", WATCHED, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.strip() == "[]"
    assert not (tmp_path / "made").exists()
