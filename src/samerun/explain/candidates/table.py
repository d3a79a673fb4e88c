"""The ordered table: which changes between two runs are candidates, and how a launch gets each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from msgspec import structs

from samerun.compare.factors import compare_factors
from samerun.explain.candidates import arguments, configuration, drawn, packages
from samerun.explain.mixture import Candidate, Mixture, can_be_had, fact_of, is_unchanged
from samerun.factors import FACTORS
from samerun.factors.caches import is_by_product
from samerun.factors.code import is_code
from samerun.factors.data import ABSENT_FILE
from samerun.factors.factor import Variables
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change, Json, Reading
from samerun.store.objects import Objects

Maker = Callable[[Change, Run, Run, Objects], Candidate | None]


def find_candidates(a: Run, b: Run, objects: Objects) -> list[Candidate]:
    """Return the candidates, what people change first before conditions.

    What merely follows from a change (a flag that a library reported at the end, a value the program itself recorded)
    is none; nor is a package that neither run imported.
    """
    changes = [change for change in compare_factors(a, b) if change.note != "not imported"]
    made = [_make(change, a, b, objects) for change in changes]
    candidates = [each for each in made if each is not None] + arguments.find(a, b, objects) + drawn.find(a, b)
    once = {(each.change.kind, each.change.subject): each for each in candidates}  # a file left has many keys
    return sorted(once.values(), key=lambda each: _ORDER.get(each.change.kind, len(_ORDER)))


def find_unread(a: Run, b: Run, objects: Objects) -> list[Candidate]:
    """Return the files of the folder that neither run read and that are another or are not there in one of them.

    That a file is there can matter: a folder is listed, a name is looked for, a program that is no Python reads it.
    """
    mine, theirs = ({} if isinstance(each, Missing) else each for each in _readings("code", a, b))
    paths = [path for path in sorted({**mine, **theirs}) if not path.endswith("/") and not is_by_product(path)]
    changes = [Change(_kind_of(path, a, b), path, _hash(mine.get(path)), _hash(theirs.get(path))) for path in paths]
    read = {path for run in (a, b) for path in paths if _was_read(fact_of(run, path))}
    made = [_file(change, a, b, objects) for change in changes if change.subject not in read]
    # Their contents were never looked at: that they are there, under their names and with their sizes, is all there is.
    return [replace(each, unable="") for each in made if each is not None]


def _hash(fact: Json) -> Json:
    return fact.get("hash") or f"{fact.get('size')} bytes" if isinstance(fact, dict) else None


def _was_read(fact: FileFact | None) -> bool:
    return fact is not None and fact.read


def _kind_of(path: str, a: Run, b: Run) -> str:
    return "leftover-state" if _was_left(path, a, b) else "code" if is_code(path) else "data"


def _was_left(path: str, a: Run, b: Run) -> bool:
    """Say whether a file that the second run found is what the first one wrote: new, or with that very content."""
    one, other = fact_of(a, path), fact_of(b, path)
    written = {each.path: each.hash for each in a.outputs}
    if other is None or path not in written:
        return False
    return one is None or (other.hash is not None and other.hash == written[path] != one.hash)


def _make(change: Change, a: Run, b: Run, objects: Objects) -> Candidate | None:
    maker = _MAKERS.get(change.kind)
    return None if maker is None else maker(change, a, b, objects)


def _file(change: Change, a: Run, b: Run, objects: Objects) -> Candidate | None:
    """Return the candidate of a whole file, which can be tried if the second run's content is to be had.

    A file that was there all the time, and that one run alone read, is no change.
    """
    if is_unchanged(change.subject, a, b):
        return None
    if change.kind == "data" and _was_left(change.subject, a, b):
        change = structs.replace(change, kind="leftover-state")
    is_there = fact_of(b, change.subject) is None or can_be_had(change.subject, a, b, objects)
    unable = "" if is_there else "its content in the second run was not kept, and the file has changed since"
    return Candidate(change, partial(_take_file, change.subject), unable)


def _key(change: Change, a: Run, b: Run, objects: Objects) -> Candidate | None:
    """Return the candidate of a key; of the whole file where that is one that the first run left, or has no parts.

    None where one of the runs looked for the file in vain: the factor ``data`` names it then.
    """
    path, _, _ = change.subject.partition(":")
    one, other = (None if fact is None else fact.hash for fact in (fact_of(a, path), fact_of(b, path)))
    if ABSENT_FILE in _values_of(path, a, b):
        return None
    if _was_left(path, a, b) or configuration.is_whole(path, a, b, objects):
        return _file(Change("data", path, one, other), a, b, objects)
    return configuration.make(change, a, b, objects)


def _values_of(path: str, a: Run, b: Run) -> list[Json]:
    return [None if isinstance(each, Missing) else each.get(path) for each in _readings("data", a, b)]


def _take_file(path: str, mixture: Mixture) -> None:
    mixture.take_file(path)


def _variable(change: Change, a: Run, b: Run, objects: Objects) -> Candidate | None:
    """Return the candidate of a variable; what a library reported follows from something else."""
    factor = next(each for each in FACTORS if each.kind == change.kind)
    is_given = not isinstance(factor, Variables) or factor.is_given(change.subject)
    return Candidate(change, partial(_take, change.kind, change.subject)) if is_given else None


def _take(kind: str, subject: str, mixture: Mixture) -> None:
    mixture.take(kind, subject)


def _whole(change: Change, a: Run, b: Run, objects: Objects) -> Candidate:
    """Return the candidate of a factor that is one value."""
    return Candidate(change, partial(_take_whole, change.kind))


def _take_whole(kind: str, mixture: Mixture) -> None:
    mixture.given[kind] = dict(mixture.others(kind))


def _place(change: Change, a: Run, b: Run, objects: Objects) -> Candidate:
    """Return the candidate of the working directory: below the first run's folder, for no trial may touch another.

    The paths that are spelled from there come with it.
    """
    trees = [each.get("tree") if not isinstance(each, Missing) else None for each in _readings(change.kind, a, b)]
    below = [each.get("below") if not isinstance(each, Missing) else None for each in _readings(change.kind, a, b)]
    unable = ""
    if trees[0] != trees[1] and below[0] == below[1]:
        unable = "the project lies at another path, and a trial runs where the first run did"
    elif str(below[1]).partition("/")[0] == "..":
        unable = (
            "the second run was started outside of the project's folder, where no trial may write; "
            "start it below that folder to have it tried"
        )
    words = arguments.spelled_from_folder(a, b, objects)

    def take(mixture: Mixture) -> None:
        mixture.take(change.kind, "below")
        for each in words:
            each.take(mixture)

    return Candidate(change, take, unable)


def _readings(kind: str, a: Run, b: Run) -> list[Reading]:
    return [run.reading(kind) for run in (a, b)]


def _interpreter(change: Change, a: Run, b: Run, objects: Objects) -> Candidate:
    """Return the candidate of the interpreter; ``explain.fitting`` says whether it is still here."""
    return Candidate(change, _take_interpreter)


def _take_interpreter(mixture: Mixture) -> None:
    mixture.python = str(mixture.others("python")["executable"])


def _not_here(change: Change, a: Run, b: Run, objects: Objects) -> Candidate:
    """Return the candidate of what a launch on this machine cannot be given."""
    return Candidate(change, lambda mixture: None, f"{change.subject} cannot be changed on this machine")


_MAKERS: dict[str, Maker] = {
    "code": _file,
    "data": _file,
    "config": _key,
    "environment-variable": _variable,
    "package": packages.make,
    "python": _interpreter,
    "seed": _whole,
    "machine": _not_here,
    "hash-order": _whole,
    "thread-count": _variable,
    "instruction-set": _variable,
    "nondeterministic-kernel": _variable,
    "precision": _variable,
    "timezone": _variable,
    "locale": _variable,
    "working-directory": _place,
}

_ORDER = {kind: at for at, kind in enumerate(dict.fromkeys(("code", "data", "config", "arguments", *_MAKERS)))}
