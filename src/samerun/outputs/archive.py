"""Archives, member by member: zip, tar (also compressed) and single compressed files.

Nothing is unpacked by the archive's own paths: a member that differs is copied, in pieces and up to a limit, into a
private temporary folder under a name of ours, and compared there by the type that recognises it. Order, times, owners
and compression of members make no difference.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Protocol

from msgspec.structs import replace

from samerun.outputs.comparing import Comparing
from samerun.outputs.gathering import Gatherer
from samerun.outputs.members import Format, Member, Opened
from samerun.outputs.reading import compare_content
from samerun.outputs.showing import clean
from samerun.outputs.values import summary
from samerun.outputs.volatile import normalise_name
from samerun.record.difference import Difference

DEEPEST = 3
"""Levels of archives in archives that are opened; below, a member is compared by bytes."""


class CompareMembers(Protocol):
    """Compares two files by what the first path, a member's name, and its content say they are."""

    def __call__(self, path: str, a: Path, b: Path, comparing: Comparing) -> Difference:
        """Return the difference, labelled with the member's kind."""
        ...


class Archive:
    """One format of archive as an output type.

    Args:
        form: reads the format.
        compare_members: compares two members that differ; it knows the table of types, which this module does not.
    """

    def __init__(self, form: Format, compare_members: CompareMembers) -> None:
        self.kind = form.kind
        self._form = form
        self._compare_members = compare_members

    def recognises(self, path: PurePosixPath, head: bytes) -> bool:
        """By the format's first bytes."""
        return self._form.recognises(path, head)

    def compare(self, a: Path, b: Path, comparing: Comparing) -> Difference:
        """Compare two archives member by member."""
        return compare_content(self.kind, a, b, self._form.index, lambda one, two: self._compare(one, two, comparing))

    def _compare(self, a: Opened, b: Opened, comparing: Comparing) -> Difference:
        gatherer = Gatherer()
        pairs = _paired(a.members, b.members)
        for ours, theirs in pairs.items():
            if not a.members[ours].is_same(b.members[theirs]) or ours != theirs:
                gatherer.add(self._compare_pair((a, b), (ours, theirs), comparing))
        for side, opened, known in (("first", a, set(pairs)), ("second", b, set(pairs.values()))):
            for name in opened.members:
                if name not in known:
                    gatherer.add(Difference(clean(name), "different", f"only in the {side}"))
        return gatherer.finish(self.kind, summary(gatherer, "member"))

    def _compare_pair(self, opened: tuple[Opened, Opened], names: tuple[str, str], comparing: Comparing) -> Difference:
        ours, theirs = (side.members[name] for side, name in zip(opened, names, strict=True))
        label = clean(names[0])
        if ours.is_same(theirs):
            said = f"{label} -> {clean(names[1])}"
            return Difference(label, "equivalent", said, volatile="a name that differs in a time, an id or a version")
        if not (ours.is_file and theirs.is_file):
            return Difference(label, "different", f"{ours.what} -> {theirs.what}")
        with TemporaryDirectory(prefix="samerun-") as folder:
            paths = Path(folder, f"a{_suffixes(names[0])}"), Path(folder, f"b{_suffixes(names[1])}")
            for side, name, path in zip(opened, names, paths, strict=True):
                side.copy(name, path)
            return replace(self._compare_members(names[0], *paths, comparing), label=label)


def _paired(a: Mapping[str, Member], b: Mapping[str, Member]) -> dict[str, str]:
    """Return which member of ``a`` goes with which of ``b``: by name, else by what is unique but for times and ids."""
    found = {name: name for name in a if name in b}
    ours = _unique(name for name in a if name not in found)
    theirs = _unique(name for name in b if name not in found)
    found.update({ours[pattern]: theirs[pattern] for pattern in ours if pattern in theirs})
    return found


def _suffixes(name: str) -> str:
    """Return what a member's name ends with, if that is harmless: some types look at the name of a file."""
    found = "".join(PurePosixPath(name).suffixes[-2:])
    return found if re.fullmatch(r"[\w.]{0,30}", found) else ""


def _unique(names: Iterable[str]) -> dict[str, str]:
    patterns = [(normalise_name(name), name) for name in names]
    numbers = Counter(pattern for pattern, _ in patterns)
    return {pattern: name for pattern, name in patterns if numbers[pattern] == 1}
