"""An option of the command line, taken over word by word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from samerun.explain.declared import declared_options, grouped, values_of
from samerun.explain.mixture import Candidate, Mixture
from samerun.explain.one_project import place_of
from samerun.explain.sources import trees_of
from samerun.factors.arguments import Words
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change, Reading
from samerun.store.objects import Objects


def find(a: Run, b: Run, objects: Objects) -> list[Candidate]:
    """Return a candidate for each option and argument that differs; another path of the interpreter is none.

    Nor is a path that leads to the same file from another working directory: it goes with that.
    """
    return [each for each in _all(a, b, objects) if not _is_same_place(each.change, a, b)]


def spelled_from_folder(a: Run, b: Run, objects: Objects) -> list[Candidate]:
    """Return the candidates of the arguments that lead to the same file, each from its own working directory."""
    return [each for each in _all(a, b, objects) if _is_same_place(each.change, a, b)]


def _all(a: Run, b: Run, objects: Objects) -> list[Candidate]:
    argvs = [[] if isinstance(each, Missing) else list(each.get("argv", ())) for each in _readings(a, b)]
    if argvs[0] == argvs[1] or [] in argvs:
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


def _is_same_place(change: Change, a: Run, b: Run) -> bool:
    """Say whether two spellings of a path, each from its own working directory, lead to the same file."""
    if not (isinstance(change.a, str) and isinstance(change.b, str)) or a.place.cwd == b.place.cwd:
        return False
    return place_of(a, change.a) == place_of(b, change.b)


def _readings(a: Run, b: Run) -> list[Reading]:
    return [run.reading("arguments") for run in (a, b)]


def _take(name: str, declared: Mapping[str, int], mixture: Mixture) -> None:
    """Take one option over; the words stay grouped as they were, whatever stands beside them by now."""
    values = mixture.values("arguments")
    mine = mixture.words if mixture.words is not None else grouped(values["argv"], declared)
    mixture.words = replace_option(mine, grouped(mixture.others("arguments")["argv"], declared), name)
    values["argv"] = [word for each in mixture.words for word in each.words]


def replace_option(mine: Sequence[Words], theirs: Sequence[Words], name: str) -> list[Words]:
    """Return a command with one option as another command has it.

    Args:
        mine: the command, set apart.
        theirs: the command whose words are taken, set apart.
        name: the option's name.

    Returns:
        The command with the other's words for the option, at the option's old place, else as near to where the other
        command has it as can be; without the option if the other has none.
    """
    taken = [each for each in theirs if each.name == name]
    places = [index for index, each in enumerate(mine) if each.name == name]
    at = places[0] if places else _place(mine, theirs, name)
    rest = [each for each in mine[:at] if each.name != name]
    return [*rest, *taken, *(each for each in mine[at:] if each.name != name)]


def _place(mine: Sequence[Words], theirs: Sequence[Words], name: str) -> int:
    """Return where an option belongs that the command has not: behind what stands before it in the other."""
    names = [each.name for each in mine]
    place = 0
    for each in theirs:
        if each.name == name:
            break
        if each.name in names:
            place = max(place, names.index(each.name) + 1)
    return place
