"""The data: every file that the program read."""

from __future__ import annotations

import msgspec

from samerun.factors.caches import is_by_product
from samerun.factors.code import is_code
from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.values import Change, Reading, Values

ABSENT_FILE = {"missing": "it was not there"}
"""The value of a file that the program tried to open and did not find: that it was not there may matter too."""


class Data(Plain):
    """The files read or locked, by path: relative to the project's folder, or absolute where they lie outside.

    Code is among them, since ``inputs.json`` lists whatever was read; its changes are named by the factor ``code``.
    """

    kind = "data"

    def read(self, scene: Scene) -> Reading:
        """Return the facts of each file read; unknown before the program has run."""
        if scene.observed is None:
            return Missing("the program has not ended yet")
        read = {path: msgspec.to_builtins(fact) for path, fact in scene.files.items() if fact.read or fact.locked}
        names = (_name(path, str(scene.tree)) for path in scene.observed.absent - scene.observed.written)
        absent = {name: ABSENT_FILE for name in names if name not in read and not is_by_product(name)}
        return dict(sorted({**absent, **read}.items()))

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return the files whose content differs, or that one run alone read.

        What is also configuration is compared key by key elsewhere; an unknown content is no evidence of a change, nor
        is a cache or a setting that one run alone found. What was locked before the start counts whether it was seen
        being read or not; where one run alone locked anything, what nobody was seen reading says nothing.
        """
        both_locked = _locked(a) and _locked(b)
        return [
            Change(self.kind, path, _content(a.get(path)), _content(b.get(path)))
            for path in sorted({**a, **b})
            if not is_code(path) and _differs(path, a.get(path), b.get(path), both_locked)
        ]

    def give(self, plan: Plan, values: Values) -> None:
        """Have the same content at the same place before the start."""
        read = {path: fact for path, fact in values.items() if fact != ABSENT_FILE}
        plan.files.update({path: msgspec.convert(fact, FileFact) for path, fact in read.items()})

    def advice(self, change: Change) -> str:
        """Return what to do about changed data."""
        return (
            f"{change.subject} has another content than it had: use the copy that the run kept, or record the new one"
        )


def _differs(path: str, a: dict[str, object] | None, b: dict[str, object] | None, both_locked: bool) -> bool:
    if _is_configuration(a, b):
        return False
    if a is None or b is None:
        one = a if b is None else b
        return one != ABSENT_FILE and (both_locked or not _is_only_locked(one)) and not is_by_product(path)
    if ABSENT_FILE in (a, b):
        return a != b
    return None not in (_content(a), _content(b)) and _content(a) != _content(b)


def _name(path: str, tree: str) -> str:
    below = tree.rstrip("/") + "/"
    return path[len(below) :] if path.startswith(below) else path


def _content(fact: dict[str, object] | None) -> object:
    """Return what is compared: the hash; for a link that was locked and not read, where it leads to."""
    if fact is None:
        return None
    link = fact.get("link") if _is_only_locked(fact) else None
    return fact.get("hash") if link is None else f"a link to {link}"


def _is_only_locked(fact: dict[str, object] | None) -> bool:
    return fact is not None and bool(fact.get("locked", False)) and not fact.get("read", False)


def _locked(values: Values) -> bool:
    return any(isinstance(fact, dict) and fact.get("locked", False) for fact in values.values())


def _is_configuration(a: dict[str, object] | None, b: dict[str, object] | None) -> bool:
    """Say whether the factor ``config`` has read every version there is of a file, and so names the change."""
    return all(fact.get("configuration", False) for fact in (a, b) if fact is not None)
