"""Files as the program's own interpreter tells of them, on each Python that a program may bring."""

from __future__ import annotations

from pathlib import Path

import pytest

from samerun.launch import reported
from samerun.launch.spool import Spool
from tests.inside.conftest import Observe


def reads(observe: Observe, spool: Spool) -> list[str]:
    return [each.path.replace(f"{observe.tree}/", "") for each in spool.of(reported.Read)]


def writes(observe: Observe, spool: Spool) -> list[tuple[str, bool, str]]:
    return [(each.path.replace(f"{observe.tree}/", ""), each.existed, each.how) for each in spool.of(reported.Write)]


def test_reads_once_whatever_the_path_is_called(observe: Observe, python: str) -> None:
    (observe.tree / "d.txt").write_text("12345")
    spool = observe(
        """
import os, pathlib
for path in ("d.txt", "./d.txt", os.path.abspath("d.txt"), b"d.txt", pathlib.Path("d.txt"), "d.txt"):
    open(path).close()
os.close(os.open("d.txt", os.O_RDONLY))
open(os.open("d.txt", os.O_RDONLY)).close()
""",
        python=python,
    )
    assert reads(observe, spool) == ["script.py", "d.txt"]
    status = (observe.tree / "d.txt").stat()
    seen = spool.of(reported.Read)[1]
    assert (seen.size, seen.mtime_ns, seen.ctime_ns) == (5, status.st_mtime_ns, status.st_ctime_ns)
    assert (seen.inode, seen.device) == (status.st_ino, status.st_dev)
    assert spool.of(reported.FaultSeen) == []


def test_the_main_script_and_modules_are_reads_with_and_without_compiled_files(observe: Observe, python: str) -> None:
    (observe.tree / "pkg" / "part").mkdir(parents=True)
    (observe.tree / "pkg" / "__init__.py").write_text("")
    (observe.tree / "pkg" / "part" / "__init__.py").write_text("")
    (observe.tree / "pkg" / "part" / "train.py").write_text("import helper\n")
    (observe.tree / "helper.py").write_text("")
    expected = ["pkg/__init__.py", "pkg/part/__init__.py", "pkg/part/train.py", "helper.py"]
    for _ in range(2):
        spool = observe("-m", "pkg.part.train", python=python, env={"PYTHONDONTWRITEBYTECODE": None})
        assert sorted(reads(observe, spool)) == sorted(expected)
        assert spool.of(reported.Write) == []
        assert spool.of(reported.Listed) == []
        assert spool.of(reported.Renamed) == []
    assert list(observe.tree.rglob("__pycache__/*.pyc"))


def test_compiled_files_kept_elsewhere(observe: Observe, tmp_path: Path) -> None:
    (observe.tree / "helper.py").write_text("")
    environment = {"PYTHONPYCACHEPREFIX": str(tmp_path / "cache"), "PYTHONDONTWRITEBYTECODE": None}
    for _ in range(2):
        assert reads(observe, observe("import helper", env=environment)) == ["script.py", "helper.py"]


def test_a_folder_or_a_zip_as_a_program(observe: Observe, python: str) -> None:
    (observe.tree / "app").mkdir()
    (observe.tree / "app" / "__main__.py").write_text("print('here')")
    spool = observe("-c", "import runpy; runpy.run_path('app')", python=python)
    assert reads(observe, spool) == ["app/__main__.py"]


def test_writes_say_what_was_there(observe: Observe, python: str) -> None:
    (observe.tree / "old").write_text("123")
    (observe.tree / "both").write_text("1234")
    spool = observe(
        """
import os
open("new", "w").close(); open("new", "w").close()
open("old", "w").close()
open("log", "a").close()
open("both", "r+b").close()
open("made", "x").close()
os.close(os.open("low", os.O_RDWR | os.O_CREAT | os.O_TRUNC))
try:
    open("old", "x")
except FileExistsError:
    pass
os.truncate("both", 1)
""",
        python=python,
    )
    assert writes(observe, spool) == [
        ("new", False, "truncate"),
        ("old", True, "truncate"),
        ("log", False, "append"),
        ("both", True, "update"),
        ("made", False, "update"),
        ("low", False, "truncate"),
    ]
    assert [each.size for each in spool.of(reported.Write)] == [0, 3, 0, 4, 0, 0]
    assert reads(observe, spool) == ["script.py", "both"]


def test_what_is_no_file_is_not_reported(observe: Observe, python: str) -> None:
    spool = observe(
        """
import os, tempfile
os.mkfifo("pipe")
os.close(os.open("pipe", os.O_RDWR)); os.close(os.open(".", os.O_RDONLY))
open(os.devnull, "w").close(); open("/dev/null").close(); open("/proc/self/status").close(); open(1, "w", closefd=False)
try:
    open(".")
except OSError:
    pass
try:
    open("a\\0b")
except ValueError:
    pass
tempfile.TemporaryFile(dir=".").close()
""",
        python=python,
    )
    assert reads(observe, spool) == ["script.py"]
    assert spool.of(reported.Write) == []
    assert spool.of(reported.FaultSeen) == []


def test_absent_files(observe: Observe, python: str) -> None:
    spool = observe(
        """
for name in ("a.txt", "a.txt", "deep/b.txt", "/etc/absent-here"):
    try:
        open(name)
    except OSError:
        pass
open("a.txt", "w").close(); open("a.txt").close()
exec(compile("def f():\\n    raise KeyError", "<made>", "exec"))
import traceback
try:
    f()
except KeyError:
    traceback.print_exc()
""",
        python=python,
    )
    paths = [each.path.replace(f"{observe.tree}/", "") for each in spool.of(reported.Absent)]
    assert paths == ["a.txt", "deep/b.txt"]
    assert "a.txt" in reads(observe, spool)


def test_lists_of_the_program_not_of_the_import_system(observe: Observe, python: str) -> None:
    for name in ("one", "two", "three", "four"):
        (observe.tree / name).mkdir()
    spool = observe(
        """
import glob, os, pathlib, pkgutil, shutil
glob.glob("one/*"); list(os.scandir("two")); list(pathlib.Path("three").iterdir()); os.listdir("one")
shutil.rmtree("four"); list(pkgutil.iter_modules(["."]))
descriptor = os.open(".", os.O_RDONLY); os.listdir(descriptor); os.listdir("/etc")
""",
        python=python,
    )
    listed = [each.path.replace(f"{observe.tree}/", "") for each in spool.of(reported.Listed)]
    assert listed == ["one", "two", "three", str(observe.tree)]


def test_names_that_change(observe: Observe, python: str) -> None:
    spool = observe(
        """
import os, shutil
open("a", "w").close(); os.rename("a", "b"); os.replace("b", "c"); shutil.move("c", "d")
os.link("d", "hard"); os.symlink("d", "soft"); os.remove("hard"); os.unlink("soft")
os.mkdir("made"); os.rmdir("made")
folder = os.open(".", os.O_RDONLY)
open("e", "w").close(); os.rename("e", "f", src_dir_fd=folder, dst_dir_fd=folder); os.unlink("f", dir_fd=folder)
""",
        python=python,
    )

    def short(*paths: str) -> tuple[str, ...]:
        return tuple(path.replace(f"{observe.tree}/", "") for path in paths)

    renamed = [short(each.source, each.target) for each in spool.of(reported.Renamed)]
    assert renamed == [("a", "b"), ("b", "c"), ("c", "d"), ("e", "f")]
    assert [short(each.source, each.target) for each in spool.of(reported.Linked)] == [("d", "hard"), ("d", "soft")]
    assert [short(each.path)[0] for each in spool.of(reported.Removed)] == ["hard", "soft", "made", "f"]
    assert [short(each.path)[0] for each in spool.of(reported.Made)] == ["made"]


def test_the_working_directory_of_the_event_counts(observe: Observe, python: str) -> None:
    for name in ("x", "y"):
        (observe.tree / name).mkdir()
        (observe.tree / name / "same").write_text("")
    spool = observe("import os\nfor n in 'xyx':\n    os.chdir(n); open('same'); os.chdir('..')", python=python)
    assert reads(observe, spool) == ["script.py", "x/same", "y/same"]


def test_a_forked_child_does_not_repeat_its_parent(observe: Observe, python: str) -> None:
    for name in ("parent", "child"):
        (observe.tree / name).write_text("")
    spool = observe(
        """
import os
open("parent")
child = os.fork()
if child == 0:
    open("parent"); open("child")
    os._exit(0)
os.waitpid(child, 0)
""",
        python=python,
    )
    by_label = {(label, Path(each.path).name) for label, each in spool.by_process(reported.Read)}
    assert by_label == {("main", "script.py"), ("main", "parent"), ("main/f1", "child")}


def test_threads_are_safe(observe: Observe, python: str) -> None:
    for number in range(200):
        (observe.tree / str(number)).write_text("")
    spool = observe(
        """
import threading
def work():
    for n in range(200):
        open(str(n)).close()
threads = [threading.Thread(target=work) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]
""",
        python=python,
    )
    assert set(reads(observe, spool)) == {"script.py", *map(str, range(200))}
    assert spool.unreadable == 0


def test_what_is_opened_while_the_interpreter_ends(observe: Observe, python: str) -> None:
    spool = observe(
        """
import atexit
class Late:
    def __del__(self, open=open):
        open("late", "wb").close()
late = Late(); late.again = late
atexit.register(lambda: open("at exit", "wb").close())
""",
        python=python,
    )
    assert {path for path, _, _ in writes(observe, spool)} == {"late", "at exit"}
    assert observe.errors == ""


def test_sqlite(observe: Observe, python: str) -> None:
    spool = observe(
        """
import sqlite3
c = sqlite3.connect("a.db"); c.execute("create table t (a)"); c.commit(); c.close()
sqlite3.connect("file:a.db?mode=ro", uri=True).close(); sqlite3.connect(":memory:").close()
sqlite3.connect("").close(); sqlite3.connect("file:x?mode=memory", uri=True).close()
""",
        python=python,
    )
    assert writes(observe, spool) == [("a.db", False, "update")]
    assert reads(observe, spool) == ["script.py", "a.db"]


@pytest.mark.parametrize(
    "deed",
    [
        "open({0!r} + '/x', 'w')",
        "open({0!r} + '/there', 'a')",
        "__import__('os').remove({0!r} + '/there')",
        "__import__('os').rename({0!r} + '/there', 'mine')",
        "__import__('os').mkdir({0!r} + '/x')",
        "__import__('os').truncate({0!r} + '/there', 0)",
        "__import__('os').symlink('x', {0!r} + '/x')",
    ],
)
def test_the_original_tree_is_not_written(deed: str, observe: Observe, tmp_path: Path) -> None:
    original = tmp_path / "original"
    original.mkdir()
    (original / "there").write_text("kept")
    code = f"print(open({str(original / 'there')!r}).read())\n{deed.format(str(original))}"
    observe(code, env={"SAMERUN_GUARD": str(original)}, check=False)
    assert observe.output == "kept\n"
    assert "PermissionError" in observe.errors
    assert "samerun replays this run in a folder of its own" in observe.errors
    assert [path.read_text() for path in original.iterdir()] == ["kept"]


def test_nothing_is_printed_and_nothing_more_is_imported(observe: Observe, python: str) -> None:
    program = "import sys; print(sorted(n for n in sys.modules if not n.startswith('_samerun')))"
    observe(program, python=python)
    recorded = observe.output
    observe(program, python=python, bare=True)
    allowed = {"atexit", "_thread", "errno", "time", "itertools", "__future__", "sitecustomize"}
    names = set(recorded.strip("[]\n").replace("'", "").split(", "))
    bare = set(observe.output.strip("[]\n").replace("'", "").split(", "))
    assert names - bare <= allowed
    assert observe.errors == ""
