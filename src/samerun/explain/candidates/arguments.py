"""An option of the command line, taken over word by word."""

from __future__ import annotations

from functools import partial

from samerun.explain.mixture import Candidate, Mixture
from samerun.factors.arguments import Words, words_of
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects


def make(change: Change, a: Run, b: Run, objects: Objects) -> Candidate:
    """Return the candidate of one option or argument."""
    return Candidate(change, partial(_take, change.subject))


def _take(name: str, mixture: Mixture) -> None:
    values = mixture.values("arguments")
    values["argv"] = replace_option(values["argv"], mixture.others("arguments")["argv"], name)


def replace_option(argv: list[str], other: list[str], name: str) -> list[str]:
    """Return a command with one option as another command has it.

    Args:
        argv: the command.
        other: the command whose words are taken.
        name: the option's name, as ``factors.arguments.options`` gives it.

    Returns:
        The command with the other's words for the option, at the option's old place, else as near to where the other
        command has it as can be; without the option if the other has none.
    """
    mine, theirs = words_of(argv), words_of(other)
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
