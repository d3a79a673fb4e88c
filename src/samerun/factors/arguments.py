"""The arguments: the command line, set apart option by option."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

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
    rest = list(argv)
    given = list(_interpreter(rest))
    position = 0
    while rest:
        word = rest.pop(0)
        name, value = _split(word, rest)
        if name is None:
            name, value, position = (f"argument {position}" if position else "program"), word, position + 1
        given.append((name, value))
    values: dict[str, list[object]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    return {name: each[0] if len(each) == 1 else each for name, each in values.items()}


def _interpreter(rest: list[str]) -> Iterator[tuple[str, object]]:
    """Take the interpreter and its own options from a command, yield the options; else drop the folder."""
    if rest and not _PYTHON.fullmatch(os.path.basename(rest[0])):
        rest[0] = os.path.basename(rest[0])
        return
    del rest[:1]
    while rest and (own := _OWN_OPTION.fullmatch(rest[0])):
        word = rest.pop(0)
        if own["takes"] is None:
            yield f"python {word}", True
        else:
            yield f"python {own['takes']}", own["value"] or (rest.pop(0) if rest else "")


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
