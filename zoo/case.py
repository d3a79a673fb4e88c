"""A case: a small program, and what is true about it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent / "cases"

_CHANGED = "code data config arguments environment-variable package python seed machine"
_CONDITIONS = """
    hash-order listing-order thread-count instruction-set completion-order clock timezone locale working-directory
    process-id os-entropy memory-address uninitialised-memory unseeded-python unseeded-numpy unseeded-torch
    unseeded-tensorflow unseeded-jax nondeterministic-kernel precision leftover-state network
"""
KINDS = frozenset([*_CHANGED.split(), *_CONDITIONS.split()])
"""Everything that may be the answer."""


class BadCase(Exception):
    """A case file that does not say what it must; the sentence names the file."""


@dataclass(frozen=True)
class Thing:
    """One cause, or one sensitivity.

    ``subjects`` are the accepted names of the thing and ``where`` the accepted lines (``path:line``); each is not
    judged where it is empty. ``texts`` stand on these lines, so that a case cannot drift away from its program.
    """

    kind: str
    subjects: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edit:
    """A piece of a file that becomes another one."""

    file: str
    old: str
    new: str
    kind: str = ""


@dataclass(frozen=True)
class Step:
    """One of the changes between the two runs; ``cause`` says whether it matters, the rest what is done.

    ``put`` is a file of the case's ``changed`` folder that takes the place of ``file``; a file without either ``old``
    or ``put`` goes. ``arguments`` replaces words of the command, ``options`` are words for the recorder.
    """

    kind: str
    subject: str
    cause: bool = False
    where: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    file: str = ""
    old: str = ""
    new: str = ""
    put: str = ""
    arguments: tuple[tuple[str, str], ...] = ()
    add: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    python: str = ""
    folder: str = ""
    prefix: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variation:
    """How a condition is varied without any tool: variables, a shim (``means``), another folder, words in front."""

    kind: str
    environment: dict[str, str] = field(default_factory=dict)
    means: str = ""
    folder: bool = False
    prefix: tuple[str, ...] = ()


@dataclass(frozen=True)
class Excuse:
    """What may differ between two results that are the same: keys of a JSON file, a name, the bytes of a container."""

    file: str
    fields: tuple[str, ...] = ()
    form: str = ""


@dataclass(frozen=True)
class Case:
    """One case; ``question`` is ``check`` (one program) or ``explain`` (two runs)."""

    name: str
    folder: Path
    question: str
    about: str
    command: tuple[str, ...]
    reproducible: bool = True
    when_recorded: bool | None = None
    relation: str = "each"
    causes: tuple[Thing, ...] = ()
    sensitive: tuple[Thing, ...] = ()
    may: frozenset[str] = frozenset()
    steps: tuple[Step, ...] = ()
    fixes: tuple[Edit, ...] = ()
    varied: tuple[Variation, ...] = ()
    excused: tuple[Excuse, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    python: str = ""
    service: str = ""
    cores: int = 1
    repeats: int = 6
    gpu: bool = False
    processor: tuple[str, ...] = ()
    reached: bool = True

    @property
    def is_control(self) -> bool:
        """Whether nothing is wrong."""
        return not self.causes and not self.sensitive

    @property
    def kinds(self) -> list[str]:
        """The kinds of what is planted, each once."""
        return list(dict.fromkeys(thing.kind for thing in (*self.causes, *self.sensitive)))

    @property
    def project(self) -> Path:
        """The folder that the program lies in."""
        return self.folder / "project"


def all_cases(names: Iterable[str] = (), kinds: Iterable[str] = ()) -> list[Case]:
    """Return the cases, or those with one of these names and one of these kinds, in the order of their names.

    Raises:
        BadCase: there is no such case, or one does not say what it must.
    """
    found = {folder.name: load(folder) for folder in sorted(CASES.iterdir()) if (folder / "case.toml").exists()}
    unknown = sorted(set(names) - set(found))
    if unknown:
        raise BadCase(f"There is no case {', '.join(unknown)}. `python -m zoo list` shows them all.")
    chosen = [found[name] for name in found if name in set(names) or not names]
    return [case for case in chosen if not kinds or set(case.kinds) & set(kinds)]


def load(folder: Path) -> Case:
    """Read a case file.

    Raises:
        BadCase: it does not say what it must.
    """
    said = tomllib.loads((folder / "case.toml").read_text("utf-8"))
    try:
        case = _case(folder, said)
    except (KeyError, TypeError) as error:
        raise BadCase(f"{folder.name}/case.toml: {error}") from error
    strange = {thing.kind for thing in (*case.causes, *case.sensitive)} | case.may | {s.kind for s in case.steps}
    if strange - KINDS:
        raise BadCase(f"{folder.name}/case.toml: no such kind: {', '.join(sorted(strange - KINDS))}")
    return case


def _case(folder: Path, said: dict[str, Any]) -> Case:
    truth = dict(said.pop("truth", {}))
    steps = tuple(_step(each) for each in said.pop("change", ()))
    causes = tuple(_thing(each) for each in truth.pop("causes", ())) or _of_steps(steps)
    sensitive = tuple(_thing(each) for each in truth.pop("sensitive", ()))
    return Case(
        name=folder.name,
        folder=folder,
        causes=causes,
        sensitive=sensitive,
        may=frozenset(truth.pop("may", ())),
        steps=steps,
        fixes=tuple(Edit(**each) for each in said.pop("fix", ())),
        varied=tuple(Variation(**_tuples(each)) for each in said.pop("vary", ())),
        excused=tuple(Excuse(**_tuples(each)) for each in said.pop("excused", ())),
        **truth,
        **_tuples(said),
    )


def _thing(said: dict[str, Any]) -> Thing:
    said = _tuples(said)
    subject = said.pop("subject", ())
    return Thing(subjects=(subject,) if isinstance(subject, str) else subject, **said)


def _step(said: dict[str, Any]) -> Step:
    said = _tuples(said)
    pairs = said.pop("arguments", ())
    return Step(arguments=tuple((old, new) for old, new in pairs), **said)


def _of_steps(steps: tuple[Step, ...]) -> tuple[Thing, ...]:
    """Return one cause for each thing that was changed and matters: two changed lines of a file are one file."""
    merged: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        if step.cause:
            merged.setdefault((step.kind, step.subject), []).append(step)
    return tuple(
        Thing(kind, (subject,), tuple(w for s in same for w in s.where), tuple(t for s in same for t in s.texts))
        for (kind, subject), same in merged.items()
    )


def _tuples(said: dict[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
