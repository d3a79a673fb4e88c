"""Which files a command really opened: ``strace`` beside what a run's record says."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CALLS = "open,openat,openat2,creat,rename,renameat,renameat2"
OPTIONS = ("-f", "-y", "-qq", "-s", "4096", "-e", "signal=none", "-e", f"trace={CALLS}")

_OPENED = re.compile(r"^(?P<pid>\d+) +(?P<call>open|openat|openat2|creat)\((?P<arguments>.*)\) += \d+<(?P<path>.*)>$")
_RENAMED = re.compile(r"^(?P<pid>\d+) +rename\w*\((?P<arguments>.*)\) += 0$")
_UNFINISHED = re.compile(r"^(?P<pid>\d+) +(?P<begun>.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(?P<pid>\d+) +<\.\.\. \w+ resumed>(?P<rest>.*)$")
_QUOTED = re.compile(r'(?:AT_FDCWD<(?P<cwd>[^>]*)>|\d+<(?P<folder>[^>]*)>)?(?:, )?"(?P<path>(?:[^"\\]|\\.)*)"')
_FOLDER = re.compile(r"AT_FDCWD<([^>]*)>")


@dataclass(frozen=True)
class Seen:
    """The files that the processes of a command opened for reading, and those they wrote or renamed something to."""

    read: frozenset[str]
    written: frozenset[str]


def command(log: Path) -> list[str]:
    """Return the words to put before a command so that its opens are written to ``log``.

    Raises:
        FileNotFoundError: there is no strace here.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise FileNotFoundError("strace is not installed")
    return [strace, *OPTIONS, "-o", str(log)]


def parse(lines: Iterable[str], cwd: str) -> Seen:
    """Read a log of strace that was made with ``OPTIONS``; ``cwd`` is where the command was started."""
    read: set[str] = set()
    written: set[str] = set()
    folders: dict[str, str] = {}
    for line in whole(lines):
        pid = line.partition(" ")[0]
        if match := _FOLDER.search(line):
            folders[pid] = match[1]
        if (opened := _OPENED.match(line)) and "O_DIRECTORY" not in line and "O_PATH" not in line:
            writes = opened["call"] == "creat" or re.search(r"O_WRONLY|O_RDWR|O_CREAT|O_TRUNC", opened["arguments"])
            (written if writes else read).add(opened["path"])
            if "O_RDWR" in opened["arguments"]:
                read.add(opened["path"])
        elif renamed := _RENAMED.match(line):
            written.add(target(renamed["arguments"], folders.get(pid, cwd)))
    return Seen(frozenset(read), frozenset(written))


def whole(lines: Iterable[str]) -> Iterator[str]:
    """Put calls together that strace wrote in two pieces because another thread came between."""
    begun: dict[str, str] = {}
    for line in (text.rstrip("\n") for text in lines):
        if match := _UNFINISHED.match(line):
            begun[match["pid"]] = match["begun"]
        elif (match := _RESUMED.match(line)) and match["pid"] in begun:
            yield f"{match['pid']} {begun.pop(match['pid'])}{match['rest']}"
        else:
            yield line


def target(arguments: str, cwd: str) -> str:
    """Return the absolute path that a rename gave a file."""
    last = list(_QUOTED.finditer(arguments))[-1]
    folder = last["cwd"] or last["folder"] or cwd
    return str(Path(folder, last["path"]))
