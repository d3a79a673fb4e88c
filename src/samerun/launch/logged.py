"""What a program itself said of its run through ``samerun.run``: read by whoever seals the run.

In ``logs/``: ``given.json`` (name, tags, seed), ``summary.json``, ``not_captured.jsonl``; in ``results/artifacts/``
what it handed over. All of it may be absent, cut or damaged, and is then read as far as it is whole.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from samerun.basics import exact, files
from samerun.record.missing import NotCaptured
from samerun.store.layout import RunFolder

ARTIFACTS = PurePosixPath("results", "artifacts")


class Given(Struct, frozen=True):
    """What ``samerun.run`` was called with; ``seed`` is None where none was given."""

    name: str = ""
    tags: list[str] = []
    seed: int | None = None


def write_given(folder: RunFolder, given: Given) -> None:
    """Keep what ``samerun.run`` was called with."""
    files.write_atomic(folder.logs / "given.json", msgspec.json.encode(given) + b"\n")


def read_given(folder: RunFolder) -> Given:
    """Return what ``samerun.run`` was called with; empty if the program did not call it."""
    try:
        return msgspec.json.decode(files.read_bytes(folder.logs / "given.json"), type=Given)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Given()


def problems_file(folder: RunFolder) -> Path:
    """Return the file of what could not be kept: one ``NotCaptured`` in JSON a line."""
    return folder.logs / "not_captured.jsonl"


def add_problem(folder: RunFolder, problem: NotCaptured) -> None:
    """Append one thing that could not be kept."""
    log = files.AppendFile(problems_file(folder))
    try:
        log.append(msgspec.json.encode(exact.plain(msgspec.to_builtins(problem))) + b"\n")
    finally:
        log.close()


def read_problems(folder: RunFolder) -> list[NotCaptured]:
    """Return what could not be kept, each thing once."""
    try:
        lines = files.read_bytes(problems_file(folder)).splitlines()
    except OSError:
        return []
    found: list[NotCaptured] = []
    for line in lines:
        try:
            found.append(msgspec.json.decode(line, type=NotCaptured))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            continue
    return list(dict.fromkeys(found))
