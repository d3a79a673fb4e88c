"""The arguments: the command line, set apart option by option."""

from __future__ import annotations

import os
import re

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values

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
        """Use the recorded arguments; one that was a secret was not kept."""
        plan.argv = list(values["argv"])
        for number, text in enumerate(plan.argv):
            if "<redacted:" in text:
                plan.notes.append(f"argument {number} of the command was a secret and was not kept")


def options(argv: list[str]) -> dict[str, object]:
    """Return an argument vector as options: name -> value, ``True`` for a flag, a list for one given twice.

    The interpreter and its own options come first and are left out.
    """
    found: dict[str, object] = {}
    rest = _without_interpreter(argv)
    position = 0
    while rest:
        word = rest.pop(0)
        name, value = _split(word, rest)
        if name is None:
            name, value, position = (f"argument {position}" if position else "program"), word, position + 1
        found[name] = [found[name], value] if name in found else value
    return found


def _without_interpreter(argv: list[str]) -> list[str]:
    if argv and re.fullmatch(r"python[\d.]*(\.exe)?|pypy[\d.]*", os.path.basename(argv[0])):
        return argv[1:]
    return [os.path.basename(argv[0]), *argv[1:]] if argv else []


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
