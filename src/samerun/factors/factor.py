"""What every factor can do, and what it is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from samerun.basics.redaction import Redactor
from samerun.record.files import FileFact
from samerun.record.observation import Observation
from samerun.record.values import Change, Json, Reading, Values

ABSENT = {"missing": "not set"}
"""The value of a variable that was looked for and was not set."""


@dataclass
class Plan:
    """What a launch is given; factors write into it, the launcher carries it out.

    Args:
        argv: the command.
        cwd: the folder to start in, as the program shall see it.
        environment: the child's variables before the launcher adds its own.
        entropy: 64 hexadecimal digits from which everything is supplied that a library would take from the system.
        seed: what ``--seed`` asked for.
        deterministic: whether deterministic kernels are asked for.
        portable: whether threads, instruction set and precision are pinned too, by variables of ``environment``.
        cores: how many processors the program may use; None leaves them as they are.
        entropy_of: other entropy for single sources (``numpy`` ...), in place of ``entropy``.
        released: sources that are left to the operating system.
        conditions: what is to be held still or varied inside the program's processes, by kind.
        setup: what is to be other around the program's processes (see ``launch.enter``).
        started_ns: when the run began that is made or made again, in nanoseconds since the epoch.
        files: the workspace's files before the start, by path; empty for a launch in the user's own folder.
        notes: what could not be given, in sentences.
    """

    argv: list[str]
    cwd: str
    environment: dict[str, str]
    entropy: str = ""
    seed: int | None = None
    deterministic: bool = False
    portable: bool = False
    cores: int | None = None
    entropy_of: dict[str, str] = field(default_factory=dict)
    released: tuple[str, ...] = ()
    conditions: dict[str, str] = field(default_factory=dict)
    setup: dict[str, Json] = field(default_factory=dict)
    started_ns: int = field(default_factory=time.time_ns)
    files: dict[str, FileFact] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def _no_content(path: str) -> bytes | None:
    return None


@dataclass(frozen=True)
class Scene:
    """Where factors are read: the facts that a launch has gathered.

    ``content`` returns what a file of ``files`` held then; ``configuration`` is what the program itself recorded.
    ``environment`` is the user's, ``plan`` what the launch gives, ``files`` the folder before the start joined with
    what was read; ``observed`` is None before the program has run.
    """

    argv: tuple[str, ...]
    cwd: Path
    tree: Path
    environment: Mapping[str, str]
    plan: Plan
    redactor: Redactor
    files: Mapping[str, FileFact] = field(default_factory=dict)
    observed: Observation | None = None
    content: Callable[[str], bytes | None] = _no_content
    configuration: Mapping[str, Json] = field(default_factory=dict)


class Factor(Protocol):
    """Something that a run's result may depend on."""

    kind: str
    """Its name in JSON (design, section 3)."""

    def read(self, scene: Scene) -> Reading:
        """Return what it is here and now, or why that is not known.

        Called twice: before the start (``scene.observed`` is None) and after the program has ended.
        """
        ...

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the changes from ``a`` to ``b``, as fine as they can be set apart; what nothing read is none."""
        ...

    def give(self, plan: Plan, values: Values) -> None:
        """Make a launch have these values; what cannot be given becomes a sentence in ``plan.notes``."""
        ...

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield values that ought not to matter (conditions only)."""
        ...

    def held(self, values: Values) -> Values | None:
        """Return values that keep it the same in every run; None where it cannot be held still."""
        ...

    def advice(self, change: Change) -> str:
        """Return one sentence: what a person should do about this change."""
        ...


class Plain:
    """The common ways: values are compared subject by subject, nothing is given, nothing varied."""

    kind = ""
    advised = "look at what changed it"

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return one change for each subject whose values are not the same, or that only one side has."""
        subjects = [*a, *(subject for subject in b if subject not in a)]
        return [
            Change(self.kind, subject, a.get(subject), b.get(subject))
            for subject in subjects
            if (subject in a) != (subject in b) or not _same(a.get(subject), b.get(subject))
        ]

    def give(self, plan: Plan, values: Values) -> None:
        """Give nothing: this factor is only looked at."""

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield nothing: this factor is no condition."""
        yield from ()

    def held(self, values: Values) -> Values | None:
        """Return nothing: this factor is not held."""
        return None

    def advice(self, change: Change) -> str:
        """Return the factor's standing advice, with the subject."""
        return f"{change.subject}: {self.advised}"


def _same(a: Json, b: Json) -> bool:
    """Say whether two values are written alike: ``1``, ``1.0`` and ``true`` are three values, NaN is one."""
    return repr(a) == repr(b) if not isinstance(a, dict) or not isinstance(b, dict) else _same_dicts(a, b)


def _same_dicts(a: Values, b: Values) -> bool:
    return a.keys() == b.keys() and all(_same(value, b[key]) for key, value in a.items())


class Variables(Plain):
    """A factor that is set by a fixed list of environment variables, which libraries read natively.

    ``names`` are exact names or, with a trailing ``*``, beginnings of names; ``given_too`` what else a launch is given.
    """

    names: tuple[str, ...] = ()
    given_too: tuple[str, ...] = ()

    def owns(self, name: str) -> bool:
        """Say whether a variable belongs to this factor."""
        return any(name.startswith(own[:-1]) if own.endswith("*") else name == own for own in self.names)

    def read(self, scene: Scene) -> Reading:
        """Return the variables of the list that are set: by the user, or by ``--portable`` in the user's place."""
        given = scene.plan.environment if scene.plan.portable else scene.environment
        return {name: value for name, value in sorted(given.items()) if self.owns(name)}

    def give(self, plan: Plan, values: Values) -> None:
        """Set the variables that were set, and unset the others of the list."""
        for name in [name for name in plan.environment if self.owns(name)]:
            del plan.environment[name]
        plan.environment.update({name: str(value) for name, value in values.items() if self.owns(name)})

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return one change for each variable; an effective value counts where no variable explains it.

        Libraries report theirs at the end: where one run alone has it, the other's process was killed before, or did
        not load the library, which is no change of this factor.
        """
        changes = super().differences(a, b)
        named = [change for change in changes if self.owns(change.subject)]
        return named or [each for each in changes if self.is_given(each.subject) or None not in (each.a, each.b)]

    def is_given(self, subject: str) -> bool:
        """Say whether a launch can be given this subject; the others were reported by libraries at the end."""
        return self.owns(subject) or subject in self.given_too
