"""samerun's answer about a case: its commands are started as anybody would start them."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zoo import environments
from zoo.case import Case, Step, Thing
from zoo.services import serving
from zoo.trees import Way, build, change, way


@dataclass(frozen=True)
class Answer:
    """What was said about a case, in the form in which it is judged."""

    causes: tuple[Thing, ...] = ()
    sensitive: tuple[Thing, ...] = ()
    unconfirmed: tuple[Thing, ...] = ()
    reproducible: bool | None = None
    when_recorded: bool | None = None
    same: bool | None = None
    replays: int = 0
    seconds: float = 0.0
    trouble: str = ""
    document: dict[str, Any] = field(default_factory=dict)


def ask(case: Case, home: Path, timeout: float) -> Answer:
    """Ask samerun about a case.

    Args:
        case: the case.
        home: an empty folder to work in.
        timeout: after how many seconds the answer is no longer waited for.
    """
    begun = time.perf_counter()
    try:
        document = (_explain if case.question == "explain" else _check)(case, home / "project", timeout)
    except (subprocess.TimeoutExpired, Unanswered) as error:
        return Answer(seconds=time.perf_counter() - begun, trouble=f"{type(error).__name__}: {error}"[:400])
    return read(document, time.perf_counter() - begun)


class Unanswered(Exception):
    """The command gave no answer; the text is the end of what it said."""


def read(document: dict[str, Any], seconds: float) -> Answer:
    """Return a document of the contract as an answer."""
    return Answer(
        causes=_things(document.get("causes", ())),
        sensitive=_things(document.get("sensitive_to", ())),
        unconfirmed=_things(document.get("unconfirmed", ())),
        reproducible=document.get("reproducible"),
        when_recorded=document.get("reproducible_when_recorded"),
        same=document.get("same"),
        replays=int(document.get("replays", 0)),
        seconds=seconds,
        document=document,
    )


def _things(items: Sequence[dict[str, Any]]) -> tuple[Thing, ...]:
    return tuple(Thing(item["kind"], _one(item.get("subject")), _one(item.get("where"))) for item in items)


def _one(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _check(case: Case, folder: Path, timeout: float) -> dict[str, Any]:
    build(case, folder)
    how = way(case, folder)
    return _samerun(how, ["check", "--json", "--", *how.command], timeout, case)


def _explain(case: Case, folder: Path, timeout: float) -> dict[str, Any]:
    build(case, folder)
    steps = _installing(case, folder.parent)
    how = way(case, folder, steps[:1])
    _record(how, case, timeout)
    change(case, folder, case.steps)
    if any(step.packages for step in case.steps):
        environments.upgrade(Path(steps[0].python), tuple(p for step in case.steps for p in step.packages))
    how = way(case, folder, [*steps, *case.steps])
    _record(how, case, timeout)
    how.prefix.clear()  # whoever asks is back on the first machine
    return _samerun(how, ["explain", "last~1", "last", "--json"], timeout, case)


def _installing(case: Case, home: Path) -> list[Step]:
    """Make the environment that is upgraded between the runs, and return a step that starts in it."""
    if not any(step.packages for step in case.steps):
        return []
    python = environments.create(home / "environment", environments.python_of(case.python), case.packages)
    return [Step("python", "python", python=str(python))]


def _record(how: Way, case: Case, timeout: float) -> None:
    words = ["record", *how.options, "--", *how.command]
    done = _start(how, words, timeout, case)
    if done.returncode:
        raise Unanswered(f"recording ended with {done.returncode}: {done.stderr[-300:]}")


def _samerun(how: Way, words: list[str], timeout: float, case: Case) -> dict[str, Any]:
    done = _start(how, words, timeout, case)
    try:
        document = json.loads(done.stdout)
    except ValueError:
        raise Unanswered(f"{words[0]} ended with {done.returncode}: {done.stderr[-300:]}") from None
    return dict(document)


def _start(how: Way, words: list[str], timeout: float, case: Case) -> subprocess.CompletedProcess[str]:
    command = [*how.prefix, _tool(), *words]
    variables = dict(how.environment)
    with serving(case.folder / case.service if case.service else None, variables):
        return subprocess.run(command, cwd=how.cwd, env=variables, capture_output=True, text=True, timeout=timeout)


def _tool() -> str:
    beside = Path(sys.executable).parent / "samerun"
    return str(beside) if beside.exists() else shutil.which("samerun") or "samerun"
