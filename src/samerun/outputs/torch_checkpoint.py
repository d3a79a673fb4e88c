"""Checkpoints of torch, zip and legacy, and TorchScript archives: tensor by tensor, without torch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct

from samerun.outputs.comparing import Comparing
from samerun.outputs.expanding import Members
from samerun.outputs.object_trees import compare_objects
from samerun.outputs.pickle_reader import read_pickle
from samerun.outputs.reading import Unreadable, compare_content, gather_parts, map_file, only_in
from samerun.outputs.showing import count
from samerun.outputs.torch_meaning import TorchMeaning, read_legacy
from samerun.record.difference import Difference

kind = "torch-checkpoint"
LEGACY_HEAD = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."
SUFFIXES = frozenset({".pt", ".pth", ".ckpt", ".ptl", ".th", ".torch"})
"""Names under which a zip file is a checkpoint whatever its first member."""

_FIRST = re.compile(rb"[^/]+/(data\.pkl|data/\d+|constants\.pkl|\.format_version|\.data/serialization_id)")
"""What the first member of an archive of torch's is called."""

_BOOKKEEPING = frozenset({"version", "byteorder", ".format_version", ".storage_alignment", ".data/serialization_id"})
_PICKLES = {"data.pkl": "data", "constants.pkl": "constants"}


class _Checkpoint(Struct, frozen=True):
    """Its objects by name, each with what its records stand for, and whatever else the archive holds."""

    objects: dict[str, tuple[Any, TorchMeaning]]
    members: dict[str, memoryview]


class _Storages(dict[str, memoryview]):
    """The storages of an archive, by key; each is looked up when a tensor needs it."""

    def __init__(self, members: Members, folder: str) -> None:
        super().__init__()
        self._members = members
        self._folder = folder

    def __missing__(self, key: str) -> memoryview:
        self[key] = self._members.read(f"{self._folder}/{key}")
        return self[key]

    def __bool__(self) -> bool:
        return True


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A checkpoint is a zip file with ``data.pkl`` in front or with one of torch's names, or a legacy file."""
    if head.startswith(LEGACY_HEAD):
        return True
    if not head.startswith(b"PK\x03\x04"):
        return False
    first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
    named = path.suffix.lower() in SUFFIXES and not first.endswith(b".npy")
    return named or (path.suffix.lower() != ".zip" and bool(_FIRST.fullmatch(first)))


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two checkpoints tensor by tensor and value by value.

    Other names, sharing or order of the storages, another time in the archive, or another format of the same content
    are ``equivalent``.
    """
    return compare_content(kind, a, b, _read, lambda one, two: _compare(one, two, comparing))


def _compare(a: _Checkpoint, b: _Checkpoint, comparing: Comparing) -> Difference:
    children = []
    for name in sorted(a.objects.keys() | b.objects.keys()):
        if name not in a.objects or name not in b.objects:
            children.append(only_in(name, "first" if name in a.objects else "second"))
            continue
        (one, meaning_a), (two, meaning_b) = a.objects[name], b.objects[name]
        children.append(compare_objects(name, one, two, comparing, meaning_a, meaning_b))
    children += _compare_members(a.members, b.members)
    children = [child for child in children if child.verdict != "identical"]
    if len(children) == 1 and children[0].label in a.objects:
        only = children[0]
        return Difference(kind, only.verdict, only.detail, only.a, only.b, only.deviation, only.volatile, only.children)
    return gather_parts(kind, children)


def _compare_members(a: dict[str, memoryview], b: dict[str, memoryview]) -> Iterator[Difference]:
    """Compare what is no object: the code of TorchScript, and extra files."""
    for name in sorted(a.keys() | b.keys()):
        debug = name.endswith(".debug_pkl")  # line numbers and paths of the source: no content
        if name not in a or name not in b:
            missing = only_in(name, "first" if name in a else "second")
            yield Difference(name, "equivalent", missing.detail) if debug else missing
        elif a[name] != b[name]:
            sizes = f"{count(len(a[name]), 'byte')} -> {count(len(b[name]), 'byte')}"
            yield Difference(name, "equivalent" if debug else "different", f"its text differs, {sizes}")


def _read(path: Path) -> _Checkpoint:
    view = map_file(path)
    if bytes(view[:2]) == b"PK":
        return _read_zip(Members(path, view))
    value, storages = read_legacy(view)
    return _Checkpoint({"data.pkl": (value, TorchMeaning(storages))}, {})


def _read_zip(members: Members) -> _Checkpoint:
    top = _top(members)
    order = ">" if f"{top}byteorder" in members and bytes(members.read(f"{top}byteorder")) == b"big" else "<"
    objects = {}
    for name, folder in _PICKLES.items():
        if top + name in members:
            meaning = TorchMeaning(_Storages(members, top + folder), order)
            objects[name] = (read_pickle(members.read(top + name)), meaning)
    rest = [name.removeprefix(top) for name in members]
    return _Checkpoint(objects, {name: members.read(top + name) for name in rest if _is_extra(name)})


def _top(members: Members) -> str:
    """Return the folder inside the archive that holds everything, with its slash."""
    for name in members:
        if name.rpartition("/")[2] == "data.pkl" and name.count("/") == 1:
            return name.removesuffix("data.pkl")
    raise Unreadable("it has no data.pkl")


def _is_extra(name: str) -> bool:
    return name not in _BOOKKEEPING and name not in _PICKLES and not name.startswith(("data/", "constants/"))
