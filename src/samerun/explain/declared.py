"""What a program declares about its command line: which options take no value, which take several.

A command alone does not tell whether the word after an option is its value. Read from the source of ``argparse`` and
``click`` programs, never by running it; an option that is not declared there is taken to have one value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence

from samerun.factors.arguments import Words, words_of

FLAG = 0
MANY = -1
"""An option that takes all words up to the next option."""

_DECLARES = ("add_argument", "option", "Option")
_FLAGS = ("store_true", "store_false", "store_const", "append_const", "count", "help", "version")


def declared_options(trees: Iterable[ast.Module]) -> dict[str, int]:
    """Return how many values each declared option takes: ``FLAG``, 1, more, or ``MANY``."""
    found: dict[str, int] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _name(node.func) in _DECLARES:
                takes = _takes(node)
                for name in _options(node):
                    found[name] = takes
    return found


def declared_positions(trees: Iterable[ast.Module]) -> list[str]:
    """Return the names of the arguments that are told by their place, in order."""
    found = []
    for tree in trees:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and _name(node.func) in ("add_argument", "argument", "Argument")
                and node.args
            ):
                name = _text(node.args[0])
                if name and not name.startswith("-"):
                    found.append((node.lineno, name))
    return [name for _, name in sorted(found)]


def grouped(argv: list[str], declared: Mapping[str, int]) -> list[Words]:
    """Return an argument vector set apart, with what the program declares about its options.

    Args:
        argv: the command.
        declared: as of ``declared_options``.

    Returns:
        As ``factors.arguments.words_of``: all ``words`` in order are the vector again; arguments told by their place
        are counted anew.
    """
    rest = [part for each in words_of(argv) for part in _without_value(each, declared)]
    found: list[Words] = []
    position = 0
    for each in rest:
        if each.name.startswith("-") or not _is_position(each.name):
            found.append(each)
        elif found and _has_room(found[-1], declared):
            found[-1] = _with_another(found[-1], each)
        else:
            name = f"argument {position}" if position else "program"
            found.append(Words(name, each.value, each.words))
            position += 1
    return found


def values_of(words: Sequence[Words]) -> dict[str, object]:
    """Return the options and arguments by name; what is given several times has a list."""
    values: dict[str, list[object]] = {}
    for each in words:
        if each.name:
            values.setdefault(each.name, []).append(each.value)
    return {name: each[0] if len(each) == 1 else each for name, each in values.items()}


def _without_value(each: Words, declared: Mapping[str, int]) -> list[Words]:
    """Give the word behind a flag back its own place."""
    if declared.get(each.name) == FLAG and len(each.words) == 2:
        return [Words(each.name, True, each.words[:1]), Words("argument 0", each.words[1], each.words[1:])]
    return [each]


def _is_position(name: str) -> bool:
    return name == "program" or name.startswith("argument ")


def _has_room(option: Words, declared: Mapping[str, int]) -> bool:
    takes = declared.get(option.name, 1)
    is_open = option.name.startswith("-") and "=" not in option.words[0] and len(option.words) > 1
    return is_open and (takes == MANY or len(option.words) - 1 < takes)


def _with_another(option: Words, each: Words) -> Words:
    words = (*option.words, *each.words)
    return Words(option.name, " ".join(words[1:]), words)


def _takes(call: ast.Call) -> int:
    given = {each.arg: each.value for each in call.keywords}
    action, nargs = given.get("action"), given.get("nargs")
    is_flag = action is not None and (_text(action) in _FLAGS or _name(action) == "BooleanOptionalAction")
    if is_flag or _is_true(given.get("is_flag")) or _is_true(given.get("count")) or any("/" in n for n in _all(call)):
        return FLAG
    if nargs is not None and _text(nargs) in ("+", "*", "..."):
        return MANY
    if isinstance(nargs, ast.Constant) and isinstance(nargs.value, int):
        return int(nargs.value)
    return 1


def _all(call: ast.Call) -> list[str]:
    return [text for each in call.args if (text := _text(each)) and text.startswith("-")]


def _options(call: ast.Call) -> list[str]:
    names = [part for name in _all(call) for part in name.split("/")]
    is_negated = any(each.arg == "action" and _name(each.value) == "BooleanOptionalAction" for each in call.keywords)
    return names + ([f"--no-{name[2:]}" for name in names if name.startswith("--")] if is_negated else [])


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
