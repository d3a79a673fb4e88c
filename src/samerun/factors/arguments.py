"""The arguments: the command line, set apart option by option."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values

_PYTHON = re.compile(r"python[\d.]*(\.exe)?|pypy[\d.]*")
_OWN_OPTION = re.compile(r"-[bBdEhiIOPqsSuvVx]+|(?P<takes>-[WX]|--check-hash-based-pycs)(?P<value>.*)", re.DOTALL)
_OPTION = re.compile(r"--?[A-Za-z][\w.-]*")
_ASSIGNMENT = re.compile(r"[+~]{0,2}([A-Za-z_][\w./@-]*)=(.*)", re.DOTALL)


class Arguments(Plain):
    """The argument vector; a subject is ``--lr``, Hydra's ``model.lr``, or ``argument 2``."""

    kind = "arguments"
    advised = "pass the value that the other run had"

    def read(self, scene: Scene) -> Reading:
        """Return the redacted argument vector."""
        return {"argv": scene.redactor.arguments(list(scene.argv))}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the options and arguments that differ; another path of the interpreter is no difference."""
        return super().differences(options(a["argv"]), options(b["argv"]))

    def give(self, plan: Plan, values: Values) -> None:
        """Use the recorded arguments; one that was a secret is marked (``launch.revealing`` looks for it)."""
        plan.argv = list(values["argv"])


def options(argv: list[str]) -> dict[str, object]:
    """Return an argument vector as options: name -> value, ``True`` for a flag, a list for one given several times.

    The interpreter comes first and is left out; its own options are named ``python -O``.
    """
    values: dict[str, list[object]] = {}
    for each in words_of(argv):
        if each.name:
            values.setdefault(each.name, []).append(each.value)
    return {name: each[0] if len(each) == 1 else each for name, each in values.items()}


class Words(NamedTuple):
    """The words of an argument vector that belong together: an option's ``name``, its ``value``, and as written.

    The interpreter's name is empty: another path of it is no change.
    """

    name: str
    value: object
    words: tuple[str, ...]


def words_of(argv: list[str]) -> list[Words]:
    """Return an argument vector set apart; all ``words`` in order are the vector again."""
    rest = list(argv)
    given = list(_interpreter(rest))
    position = 0
    while rest:
        before = list(rest)
        name, value = _split(rest.pop(0), rest)
        words = tuple(before[: len(before) - len(rest)])
        if name is None:
            name, position = (f"argument {position}" if position else "program"), position + 1
            value = os.path.basename(words[0]) if not given and position == 1 else value
        given.append(Words(name, value, words))
    return given


def _interpreter(rest: list[str]) -> Iterator[Words]:
    """Take the interpreter and its own options from a command, yield them."""
    if not rest or not _PYTHON.fullmatch(os.path.basename(rest[0])):
        return
    yield Words("", None, (rest.pop(0),))
    while rest and (own := _OWN_OPTION.fullmatch(rest[0])):
        word = rest.pop(0)
        if own["takes"] is None:
            yield Words(f"python {word}", True, (word,))
        else:
            words = (word,) if own["value"] or not rest else (word, rest.pop(0))
            yield Words(f"python {own['takes']}", own["value"] or "".join(words[1:]), words)


def _split(word: str, rest: list[str]) -> tuple[str | None, object]:
    """Read one word, and the next one too if it is the value of an option."""
    option, _, value = word.partition("=")
    if _OPTION.fullmatch(option):
        if "=" in word:
            return option, value
        takes_next = bool(rest) and not _OPTION.fullmatch(rest[0].partition("=")[0])
        return option, rest.pop(0) if takes_next else True
    assignment = _ASSIGNMENT.fullmatch(word)
    return (assignment[1], assignment[2]) if assignment else (None, word)
