"""An option of the command line, taken over word by word."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from samerun.explain.declared import declared_options, grouped, values_of
from samerun.explain.mixture import Candidate, Mixture
from samerun.explain.sources import trees_of
from samerun.factors.arguments import Words
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change, Reading
from samerun.store.objects import Objects


def find(a: Run, b: Run, objects: Objects) -> list[Candidate]:
    """Return a candidate for each option and argument that differs; another path of the interpreter is none."""
    argvs = [[] if isinstance(each, Missing) else list(each["argv"]) for each in _readings(a, b)]
    if argvs[0] == argvs[1]:
        return []
    declared = {**declared_options(trees_of(a, objects).values()), **declared_options(trees_of(b, objects).values())}
    mine, theirs = (values_of(grouped(argv, declared)) for argv in argvs)
    names = [
        name for name in {**mine, **theirs} if (name in mine, mine.get(name)) != (name in theirs, theirs.get(name))
    ]
    return [
        Candidate(Change("arguments", name, mine.get(name), theirs.get(name)), partial(_take, name, declared))
        for name in names
    ]


def _readings(a: Run, b: Run) -> list[Reading]:
    return [run.reading("arguments") for run in (a, b)]


def _take(name: str, declared: Mapping[str, int], mixture: Mixture) -> None:
    values = mixture.values("arguments")
    values["argv"] = replace_option(values["argv"], mixture.others("arguments")["argv"], name, declared)


def replace_option(
    argv: list[str], other: list[str], name: str, declared: Mapping[str, int] | None = None
) -> list[str]:
    """Return a command with one option as another command has it.

    Args:
        argv: the command.
        other: the command whose words are taken.
        name: the option's name, as ``declared.grouped`` gives it.
        declared: how many values the options take.

    Returns:
        The command with the other's words for the option, at the option's old place, else as near to where the other
        command has it as can be; without the option if the other has none.
    """
    mine, theirs = (grouped(each, declared or {}) for each in (argv, other))
    taken = [each for each in theirs if each.name == name]
    places = [index for index, each in enumerate(mine) if each.name == name]
    at = places[0] if places else _place(mine, theirs, name)
    rest = [each for each in mine[:at] if each.name != name]
    after = [each for each in mine[at:] if each.name != name]
    return [word for each in (*rest, *taken, *after) for word in each.words]


def _place(mine: list[Words], theirs: list[Words], name: str) -> int:
    """Return where an option belongs that the command has not: behind what stands before it in the other."""
    names = [each.name for each in mine]
    place = 0
    for each in theirs:
        if each.name == name:
            break
        if each.name in names:
            place = max(place, names.index(each.name) + 1)
    return place
