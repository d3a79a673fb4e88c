"""The line of the user's code that reads an option, a variable, a file or a key, where that can be told for sure.

Found by reading the source, never by running it. A name that is read on several lines has no line; nor has one that is
put together while the program runs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import PurePosixPath
from typing import NamedTuple, TypeGuard

from samerun.explain.declared import declared_options, declared_positions, grouped
from samerun.explain.sources import trees_of
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Change
from samerun.store.objects import Objects

_VARIABLES = ("environment-variable", "thread-count", "timezone", "locale", "precision", "instruction-set")
_ASKS = ("get", "getenv", "pop", "setdefault", "getint", "getfloat", "getboolean")
_DECLARES = ("add_argument", "option", "Option", "argument", "Argument")


class Line(NamedTuple):
    """A line of a file of the user's code."""

    path: str
    number: int


class Sites:
    """Finds the lines in the code of a run.

    Args:
        run: whose code is read.
        objects: the contents.
    """

    def __init__(self, run: Run, objects: Objects) -> None:
        self._run = run
        self._objects = objects

    def of(self, change: Change) -> str | None:
        """Return ``path:line`` of the one line that reads what was changed; None where that cannot be told."""
        if change.where and ":" in change.where:
            return _relative(change.where, self._run)
        finder = _FINDERS.get(change.kind)
        lines = set(finder(self, change.subject)) if finder is not None else set()
        if len(lines) != 1:
            return None
        (line,) = lines
        return f"{line.path}:{line.number}"

    @cached_property
    def _trees(self) -> dict[str, ast.Module]:
        return trees_of(self._run, self._objects)

    def _nodes(self, matches: Callable[[ast.AST], bool]) -> Iterator[Line]:
        for path, tree in self._trees.items():
            for node in ast.walk(tree):
                if matches(node):
                    yield Line(path, getattr(node, "lineno", 1))

    def _variable(self, name: str) -> Iterator[Line]:
        """``os.environ["X"]``, ``os.environ.get("X")``, ``os.getenv("X")``."""
        return self._nodes(lambda node: _asked_by_name(node) == name)

    def _option(self, name: str) -> Iterable[Line]:
        """``args.lr`` for ``add_argument("--lr")``, a parameter of a click command, ``sys.argv[1]``, ``cfg.a.lr``."""
        if name.startswith("argument ") and name[9:].isdigit():
            return [*self._word(int(name[9:])), *self._uses(self._positional(int(name[9:])))]
        if name.startswith("-"):
            return self._uses(self._destination(name))
        return self._key(name.split("."))

    def _word(self, number: int) -> Iterator[Line]:
        """Yield where the program takes a word of its command line by its place."""
        place = 0
        reading = self._run.reading("arguments")
        declared = declared_options(self._trees.values())
        words = [] if isinstance(reading, Missing) else grouped(list(reading["argv"]), declared)
        before = [each for each in words if each.name and not each.name.startswith("python -")]
        for each in before:
            if each.name == f"argument {number}":
                break
            place += len(each.words)
        return self._nodes(lambda node: place > 0 and _is_argv(node, place))

    def _destination(self, option: str) -> str:
        """Return the name under which a program finds an option: as it is declared, else as argparse makes it."""
        for tree in self._trees.values():
            for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
                names = [_text(each) for each in call.args]
                if option in names and _called(call) in _DECLARES:
                    told = next((_text(each.value) for each in call.keywords if each.arg == "dest"), None)
                    plain = [each for each in names if each and not each.startswith("-")]
                    long = [each for each in names if each and each.startswith("--")]
                    return told or (plain or [(long or [option])[0].lstrip("-").replace("-", "_")])[0]
        return option.lstrip("-").replace("-", "_")

    def _positional(self, number: int) -> str:
        """Return the name of an argument that is declared by its place."""
        names = declared_positions(self._trees.values())
        return names[number - 1] if number <= len(names) else ""

    def _uses(self, name: str) -> list[Line]:
        """Return where a parsed option is read: as an attribute, else as a parameter of that name."""
        attributes = list(self._nodes(lambda node: isinstance(node, ast.Attribute) and _loads(node) == name))
        return attributes or [line for path in self._trees for line in self._parameters(path, name)]

    def _parameters(self, path: str, name: str) -> Iterator[Line]:
        for function in (node for node in ast.walk(self._trees[path]) if isinstance(node, ast.FunctionDef)):
            given = function.args.args + function.args.kwonlyargs
            if function.decorator_list and any(each.arg == name for each in given):
                for node in ast.walk(function):
                    if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load):
                        yield Line(path, node.lineno)

    def _config(self, subject: str) -> Iterator[Line]:
        """``c["opt"]["lr"]``, ``c.opt.lr``, ``c.get("opt", "lr")``; else the one line that reads a key of that name."""
        return self._key(subject.partition(":")[2].split("."))

    def _key(self, keys: list[str]) -> Iterator[Line]:
        whole = list(self._nodes(lambda node: _chain(node)[-len(keys) :] == keys))
        return iter(whole) if whole else self._nodes(lambda node: _chain(node)[-1:] == keys[-1:])

    def _file(self, path: str) -> Iterator[Line]:
        """Yield where a file is named, or where the constant is used that holds its name."""
        for place, tree in self._trees.items():
            for node in ast.walk(tree):
                if _names_file(_text(node), path):
                    yield from _users(place, tree, node)


def _relative(place: str, run: Run) -> str:
    return place.removeprefix(run.place.tree.rstrip("/") + "/")


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _called(call: ast.Call) -> str:
    """Return the last name of what is called."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _loads(node: ast.Attribute) -> str:
    return node.attr if isinstance(node.ctx, ast.Load) else ""


def _asked_by_name(node: ast.AST) -> str | None:
    """Return the constant that something is asked for by: ``x["name"]`` or ``x.get("name")``."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        return _text(node.slice)
    if isinstance(node, ast.Call) and node.args and _called(node) in _ASKS:
        return _text(node.args[0])
    return None


def _is_argv(node: ast.AST, place: int) -> bool:
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Constant):
        return False
    name = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return bool(name == "argv" and node.slice.value == place)


def _chain(node: ast.AST) -> list[str]:
    """Return the names by which a value is reached in a document, outermost first: ``c["opt"].lr`` -> opt, lr."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and _text(node.slice) is not None:
        return [*_chain(node.value), _text(node.slice) or ""]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
        return [*_chain(node.value), node.attr]
    if isinstance(node, ast.Call) and _called(node) in _ASKS and isinstance(node.func, ast.Attribute):
        texts = [text for each in node.args[:2] if (text := _text(each)) is not None]
        is_table = len(texts) == 2 and node.func.attr != "setdefault" and not _is_environment(node.func.value)
        return [*_chain(node.func.value), *(texts if is_table else texts[:1])]
    return []


def _is_environment(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "environ"


def _names_file(text: str | None, path: str) -> bool:
    """Say whether a constant is the name of a file, or the end of it that is no folder's."""
    if not text or not text.strip("./"):
        return False
    parts, named = PurePosixPath(path).parts, PurePosixPath(text).parts
    return len(named) <= len(parts) and parts[-len(named) :] == named


def _users(place: str, tree: ast.Module, node: ast.AST) -> Iterator[Line]:
    """Yield the line of a constant; of one that has a name, the lines that use the name."""
    for each in ast.walk(tree):
        if isinstance(each, ast.Assign) and any(child is node for child in ast.walk(each.value)):
            names = [target.id for target in each.targets if isinstance(target, ast.Name)]
            is_named = bool(names) and _is_path(each.value)
            uses = [use.lineno for use in ast.walk(tree) if is_named and _is_use(use, names)]
            if uses:
                yield from (Line(place, number) for number in uses)
                return
    yield Line(place, getattr(node, "lineno", 1))


def _is_path(node: ast.AST) -> bool:
    """Say whether a value is a path that is only put together: ``Path("data") / "train.csv"``, ``join(a, "b")``."""
    if isinstance(node, ast.Call):
        return _called(node) in ("Path", "PurePath", "join")
    return isinstance(node, (ast.BinOp, ast.Constant))


def _is_use(node: ast.AST, names: list[str]) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and node.id in names and isinstance(node.ctx, ast.Load)


_FINDERS: dict[str, Callable[[Sites, str], Iterable[Line]]] = {
    "arguments": Sites._option,
    "config": Sites._config,
    "data": Sites._file,
    **dict.fromkeys(_VARIABLES, Sites._variable),
}
