"""What is reported is held against what the kernel did: nothing missing, nothing invented."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from samerun.launch import reported
from samerun.launch.watch import FolderWatch
from tests.inside import programs
from tests.inside.conftest import Observe

CALLS = "trace=open,openat,openat2,creat,rename,renameat,renameat2,mkdir,mkdirat"
CALL = re.compile(r"(?P<name>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+)(?:<(?P<path>[^>]*)>)?")


def strace() -> str:
    """Return the tracer, or skip."""
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed")
    if subprocess.run([found, "-o", "/dev/null", "true"], capture_output=True, check=False).returncode:
        pytest.skip("strace is not allowed to trace here")
    return found


def whole_calls(log: Path) -> Iterator[re.Match[str]]:
    """Yield the successful calls; those that were interrupted by another process's are joined again."""
    begun: dict[str, str] = {}
    for line in log.read_text("utf-8", "replace").splitlines():
        pid, _, text = line.partition(" ")
        text = text.strip()
        if text.endswith("<unfinished ...>"):
            begun[pid] = text.removesuffix("<unfinished ...>")
            continue
        if text.startswith("<... "):
            text = begun.pop(pid, "") + text.partition("resumed>")[2]
        call = CALL.match(text)
        if call and not call["result"].startswith("-"):
            yield call


class Traced:
    """The files below some folders that the kernel opened for reading and for writing."""

    def __init__(self, log: Path, folders: list[Path]) -> None:
        self.folders = folders
        self.read: set[str] = set()
        self.written: set[str] = set()
        self.renamed: dict[str, str] = {}
        self.made: set[str] = set()
        for call in whole_calls(log):
            self._note(call)

    def _note(self, call: re.Match[str]) -> None:
        path, flags = plain(call["path"] or ""), call["rest"]
        if call["name"].startswith("rename"):
            old, new = named(flags, self.folders[0])
            self.renamed[old] = new
        elif call["name"].startswith("mkdir"):
            self.made.update(named(flags, self.folders[0]))
        elif path and self.counts(path) and not ("O_DIRECTORY" in flags or path in self.made or Path(path).is_dir()):
            if not any(flag in flags for flag in ("O_WRONLY", "O_TRUNC", "O_EXCL")):
                self.read.add(source(path))
            if ("O_WRONLY" in flags or "O_RDWR" in flags) and "__pycache__" not in path:
                self.written.add(path)

    def counts(self, path: str) -> bool:
        return any(path.startswith(f"{folder}/") for folder in self.folders)


def plain(text: str) -> str:
    """Undo the tracer's octal escapes."""
    return re.sub(rb"\\(\d{3})", lambda code: bytes([int(code[1], 8)]), text.encode()).decode()


def named(arguments: str, here: Path) -> list[str]:
    """Return the full paths among a call's arguments."""
    pairs = re.findall(r'(?:AT_FDCWD<([^>]*)>, )?"([^"]*)"', arguments)
    return [str(Path(folder or here, plain(name))) for folder, name in pairs]


def source(path: str) -> str:
    """Return the source of a compiled file."""
    name = Path(path)
    return str(name.parent.parent / (name.name.split(".")[0] + ".py")) if name.parent.name == "__pycache__" else path


def prepare(tree: Path, outside: Path) -> None:
    """Lay out what the programs read."""
    for folder in (tree / "data", tree / "out", outside):
        folder.mkdir()
    for name in ("a", "b", "bytes", "forked", "pool", "spawned", "sub", "native", "shell", "isolated"):
        (tree / "data" / f"{name}.txt").write_text(name)
    for name in ("updated", "low", "raw", "shared"):
        (tree / "data" / f"{name}.bin").write_bytes(bytes(64))
    (tree / "data" / "numbers.txt").write_text("1 2\n3 4\n")
    (tree / "data" / "lines.json").write_text('{"a": 1}\n')
    (tree / "data" / "table.csv").write_text("a,b\n1,2\n")
    (tree / "data" / "rows.svm").write_text("1 0:1\n0 0:2\n")
    (tree / "data" / "map.txt").write_text("0 a q\n1 b q\n2 c q\n")
    (tree / "data" / "rows.csv").write_text("".join(f"{i % 2},{i},{i * i % 7}\n" for i in range(50)))
    (tree / "helper.py").write_text("def use():\n    open('data/a.txt').close()\n")
    (outside / "c.csv").write_text("1\n")


class Seen:
    """What the processes and the watch said of one program."""

    def __init__(self, observe: Observe, program: str) -> None:
        outside = observe.tree.parent / "outside"
        prepare(observe.tree, outside)
        log = observe.tree.parent / "strace.log"
        before = (strace(), "-f", "-qq", "-y", "-s", "4096", "-e", CALLS, "-o", str(log))
        environment = {"OUTSIDE": str(outside), "PYTHONDONTWRITEBYTECODE": None, "MPLCONFIGDIR": str(observe.run)}
        with FolderWatch([observe.tree, outside]) as self.watch:
            self.spool = observe(program, env=environment, before=before)
        self.reads = {each.path for each in self.spool.of(reported.Read)}
        self.writes = {each.path for each in self.spool.of(reported.Write)}
        self.traced = Traced(log, [observe.tree, outside])
        self.tree = observe.tree

    def missing(self) -> set[str]:
        """Return what neither the processes nor the watch have seen."""
        read = self.traced.read - self.reads - self.watch.opened
        return read | (self.traced.written - self.writes - self.watch.written)

    def missed_inside(self) -> set[str]:
        """Return what the processes alone have not seen; a file named at its end counts by that name."""
        names = {self.traced.renamed.get(path, path) for path in self.traced.written}
        return (self.traced.read - self.reads - self.writes) | (names - self.writes - self.renamed())

    def renamed(self) -> set[str]:
        """Return the targets of renames that were reported."""
        return {each.target for each in self.spool.of(reported.Renamed)}

    def invented(self) -> set[str]:
        """Return what the processes reported, and the kernel did not do."""
        links = {each.target for each in self.spool.of(reported.Linked)}
        written = self.traced.written | set(self.traced.renamed.values())
        return (self.reads - self.traced.read - links) | (self.writes - written)

    def relative(self, paths: set[str]) -> list[str]:
        """Return paths as a person reads them."""
        return sorted(path.removeprefix(f"{self.tree}/") for path in paths)


def test_ordinary_files(observe: Observe) -> None:
    seen = Seen(observe, programs.ORDINARY)
    assert seen.relative(seen.missing()) == []
    assert seen.relative(seen.missed_inside()) == []
    assert seen.relative(seen.invented()) == []
    assert {f"{observe.tree}/script.py", f"{observe.tree}/helper.py"} <= seen.reads
    assert [each.path for each in seen.spool.of(reported.Absent)] == [f"{observe.tree}/nowhere.txt"]
    assert not seen.spool.of(reported.FaultSeen)


def test_children(observe: Observe) -> None:
    """Programs that are no Python, and a Python that leaves the environment alone, are left to the watch."""
    seen = Seen(observe, programs.PROCESSES)
    assert seen.relative(seen.missing()) == []
    by_others = {"data/native.txt", "out/native.txt", "data/shell.txt", "out/shell.txt"}
    assert set(seen.relative(seen.missed_inside())) == by_others | {"data/isolated.txt", "out/isolated"}
    assert seen.relative(seen.invented()) == []


@pytest.mark.parametrize("library", programs.BY_LIBRARY)
def test_library(library: str, observe: Observe) -> None:
    pytest.importorskip(library)
    seen = Seen(observe, programs.BY_LIBRARY[library])
    assert seen.relative(seen.missing()) == []
    assert [path for path in seen.relative(seen.missed_inside()) if path not in ONLY_WATCHED] == []
    assert seen.relative(seen.invented()) == []
    assert [fault for fault in seen.spool.of(reported.FaultSeen) if fault.place.startswith("watching")] == []


ONLY_WATCHED = ("out/only-the-watch-sees-it", "out/a.db-journal")
"""What no hook can see: methods of closed classes, and what a database keeps for itself while it writes."""
