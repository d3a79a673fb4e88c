"""Two runs of one project, seen from one place: started in different folders of it, or in two copies.

A record names files relative to the folder that was taken for the project's: where there is no git, that is the folder
in which the command was started. The same file then has two names, and every file would be one that is gone and one
that is new.
"""

from __future__ import annotations

import os
import re

from msgspec import structs

from samerun.explain.mixture import FILES
from samerun.factors.arguments import words_of
from samerun.factors.code import is_code
from samerun.factors.config import RECORDED
from samerun.record.missing import Missing
from samerun.record.output import Output
from samerun.record.run import Run
from samerun.record.values import Json, Values

_TEXTS = ("arguments", "environment-variable")
"""The factors whose values may spell the path of the project's folder."""


def seen_from(run: Run, other: Run) -> Run:
    """Return a run as it would stand in the record if the project's folder were that of another run.

    Args:
        run: the run whose names are to be changed.
        other: the run whose folder counts.

    Returns:
        The run with its files named from the other run's folder, where that gives more files of code the name that they
        have there (or as many, and one folder lies in the other). Else one folder is a copy of the other: names are the
        same already, and what spells the one path spells the other instead, in arguments and variables.
    """
    mine, theirs = run.place.tree, other.place.tree
    if mine == theirs:
        return run
    renamed = _renamed(run, other)
    gained = len(_code_of(renamed) & _code_of(other)) - len(_code_of(run) & _code_of(other))
    if gained > 0 or (gained == 0 and (_is_below(mine, theirs) or _is_below(theirs, mine))):
        return renamed
    readings = {kind: _moved(run.factors[kind], mine, theirs) for kind in _TEXTS if kind in run.factors}
    return structs.replace(run, factors={**run.factors, **readings})


def holds(run: Run, other: Run) -> bool:
    """Say whether the project's folder of a run lies above that of another run."""
    return _is_below(other.place.tree, run.place.tree)


def program_of(run: Run) -> str:
    """Return what names the program of a command: its script from the project's folder, its module, or first word."""
    words = words_of(list(run.command))
    named = {each.name: each for each in words}
    script = named.get("program")
    if script is not None and words[0].name == "":  # the script of an interpreter
        return place_of(run, script.words[0])
    first = script or named.get("-m") or named.get("-c")
    return str(run.command[:1] if first is None else first.value)


def place_of(run: Run, path: str) -> str:
    """Return where a path of the command line leads, relative to the project's folder."""
    return os.path.relpath(os.path.join(run.place.cwd, path), run.place.tree)


def _code_of(run: Run) -> set[str]:
    """Return the files of code that a run read."""
    read = {path for path, fact in _files(run, "code").items() if isinstance(fact, dict) and fact.get("read")}
    return {path for path in read if is_code(path)}


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _renamed(run: Run, other: Run) -> Run:
    tree = other.place.tree
    factors: dict[str, Json] = dict(run.factors)
    for kind in FILES:
        if isinstance(run.factors.get(kind), dict):
            files = {_name(path, run, tree): fact for path, fact in _files(run, kind).items()}
            named = {path: _fact(fact, path) for path, fact in files.items()}
            factors[kind] = {**_not_looked_at(run, other, kind, named), **named}
    if "config" in factors:
        factors["config"] = {_key(subject, run, tree): value for subject, value in _files(run, "config").items()}
    factors["working-directory"] = {"tree": tree, "below": os.path.relpath(run.place.cwd, tree)}
    outputs = [_output(each, run, tree) for each in run.outputs]
    return structs.replace(run, factors=factors, outputs=outputs, place=structs.replace(run.place, tree=tree))


def _name(path: str, run: Run, tree: str) -> str:
    """Return the name that a path of a run has in another folder: relative to it, or absolute outside of it."""
    whole = os.path.join(run.place.tree, path)
    return whole[len(tree.rstrip("/")) + 1 :] if _is_below(whole, tree) else whole


def _fact(fact: Json, name: str) -> Json:
    if not isinstance(fact, dict) or "state" not in fact:
        return fact
    if os.path.isabs(name):
        return {**fact, "state": "outside"}
    return {**fact, "state": "plain"} if fact["state"] == "outside" else fact


def _not_looked_at(run: Run, other: Run, kind: str, named: Values) -> Values:
    """Return the other run's files of which this one knows nothing, as unread: nothing says that they changed."""
    return {
        path: {**fact, "read": False}
        for path, fact in _files(other, kind).items()
        if isinstance(fact, dict) and path not in named and not _is_below(_whole(path, other), run.place.tree)
    }


def _whole(path: str, run: Run) -> str:
    return os.path.join(run.place.tree, path)


def _key(subject: str, run: Run, tree: str) -> str:
    path, _, key = subject.partition(":")
    is_recorded = path == RECORDED and not any(path in _files(run, kind) for kind in FILES)
    return subject if is_recorded else f"{_name(path, run, tree)}:{key}"


def _files(run: Run, kind: str) -> Values:
    """Return the values of a factor; none where they are not known."""
    reading = run.reading(kind)
    return {} if isinstance(reading, Missing) else reading


def _output(output: Output, run: Run, tree: str) -> Output:
    return structs.replace(output, path=_name(output.path, run, tree))


def _moved(values: Json, old: str, new: str) -> Json:
    """Return values in whose texts one folder's path stands in the place of another's."""
    if isinstance(values, dict):
        return {name: _moved(value, old, new) for name, value in values.items()}
    if isinstance(values, list):
        return [_moved(value, old, new) for value in values]
    if isinstance(values, str):
        return re.sub(rf"(?<![\w.~/-]){re.escape(old)}(?=/|$|:)", lambda found: new, values)
    return values
