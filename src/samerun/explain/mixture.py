"""The first run's values with some of the second one's in their place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeGuard

import msgspec

from samerun.basics import files
from samerun.basics.hashing import hash_file
from samerun.basics.redaction import Redactor
from samerun.errors import CannotReplay, StoreTrouble
from samerun.factors.arguments import Words
from samerun.factors.factor import ABSENT
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change, Json, Values
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

FILES = ("code", "data")
"""The factors that hold files: one that was read stands in both."""


@dataclass
class Mixture:
    """What a launch is to be given: starts as the first run's values and takes over the second one's.

    Args:
        a: the run that is made again.
        b: the run whose values are taken.
        objects: the contents that both share.

    ``given`` holds the factors that were touched, by kind; ``files`` the contents that were put in; ``words`` the
    command set apart, once an option was taken; ``python`` another interpreter.
    """

    a: Run
    b: Run
    objects: Objects
    given: dict[str, Values] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    words: list[Words] | None = None
    python: str | None = None

    def unset_the_others(self) -> None:
        """Unset the variables that the second run alone read: they are set by now, and the first run knew none of them.

        A library that looks for a variable which is not set leaves no trace in a record.
        """
        kind = "environment-variable"
        mine = self.a.reading(kind)
        more = [] if isinstance(mine, Missing) else [name for name in self.others(kind) if name not in mine]
        if more:
            self.values(kind).update(dict.fromkeys(more, ABSENT))

    def values(self, kind: str) -> Values:
        """Return the values of a factor, to be changed in place."""
        if kind not in self.given:
            reading = self.a.reading(kind)
            self.given[kind] = {} if isinstance(reading, Missing) else copy.copy(reading)
        return self.given[kind]

    def others(self, kind: str) -> Values:
        """Return the second run's values of a factor."""
        reading = self.b.reading(kind)
        return {} if isinstance(reading, Missing) else reading

    def take(self, kind: str, subject: str) -> None:
        """Take one value over, or away where the second run has none."""
        values, others = self.values(kind), self.others(kind)
        if subject in others:
            values[subject] = others[subject]
        else:
            values.pop(subject, None)

    def take_file(self, path: str) -> None:
        """Take one file over, or away where the second run has none."""
        fact = next((self.others(kind)[path] for kind in FILES if _is_file(self.others(kind).get(path))), None)
        for kind in FILES:
            if fact is not None and (kind == "code" or fact.get("read") or fact.get("locked")):
                self.values(kind)[path] = fact
            else:
                self.values(kind).pop(path, None)

    def put_file(self, path: str, content: bytes) -> None:
        """Put a file of another content in the place of the first run's, or where the second one has it."""
        self.files[path] = content
        digest = self.objects.add_bytes(content)
        if not any(_is_file(self.values(kind).get(path)) for kind in FILES):
            self.take_file(path)
        for kind in FILES:
            known = self.values(kind).get(path)
            if _is_file(known):
                changed = {"size": len(content), "hash": digest, "kept": True, "state": "changed"}
                fact = {**known, **changed}
                for name in ("blob", "syntax", "secret"):
                    fact.pop(name, None)
                self.values(kind)[path] = fact


@dataclass(frozen=True)
class Candidate:
    """One change that may have made the difference, and how a launch gets it.

    ``unable`` says why it cannot be tried, where it cannot.
    """

    change: Change
    take: Callable[[Mixture], None]
    unable: str = ""


def content_of(run: Run, path: str, objects: Objects) -> bytes | None:
    """Return what a file of a run held, or None where neither the store nor the project's folder has it any more."""
    fact = fact_of(run, path)
    if fact is None or fact.hash is None or fact.secret:
        return None
    try:
        if objects.has(fact.hash):
            return objects.read(fact.hash)
        place = Path(run.place.tree) / path
        return place.read_bytes() if place.is_file() and hash_file(place) == fact.hash else None
    except (OSError, StoreTrouble):
        return None


def can_be_had(path: str, a: Run, b: Run, objects: Objects) -> bool:
    """Say whether a trial of the first run can be given what a file held in the second one.

    A file that holds a secret was not kept: a trial finds it where it lies, in the first run's folder, or not at all.
    """
    fact = fact_of(b, path)
    if fact is None or not fact.secret:
        return content_of(b, path, objects) is not None
    try:
        digest, key = hash_file(Path(a.place.tree) / path), files.read_bytes(_key(objects))
    except OSError:
        return False
    return Redactor(key=key).mark(digest) == fact.hash


def _key(objects: Objects) -> Path:
    """Return where the key of the store lies that these contents belong to."""
    return StoreLayout(objects.folder.parent.parent).key


def fact_of(run: Run, path: str) -> FileFact | None:
    """Return the facts of a file of a run; None if it had none of that name."""
    for kind in reversed(FILES):
        reading = run.reading(kind)
        known = None if isinstance(reading, Missing) else reading.get(path)
        if _is_file(known):
            try:
                return msgspec.convert(known, FileFact)
            except msgspec.ValidationError as error:
                raise CannotReplay(f"The record of {path} in the run {run.id} cannot be understood.") from error
    return None


def is_unchanged(path: str, a: Run, b: Run) -> bool:
    """Say whether a file was there all the time with one content, whichever of the runs read it."""
    one, other = fact_of(a, path), fact_of(b, path)
    if one is None or other is None:
        return False
    if one.hash is not None and other.hash is not None:
        return one.hash == other.hash
    return (one.size, one.mtime_ns) == (other.size, other.mtime_ns)


def _is_file(fact: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(fact, dict) and "size" in fact
