"""What ``.dvc`` files and ``dvc.lock`` say: which paths they track, by which MD5. Nothing but the text is looked at.

DVC 3 writes ``hash: md5`` beside a hash of the bytes as they are. Before it there was no such key, and what looked
like text was hashed with CRLF turned into LF; entries without the key still mean that. A hash that ends in ``.dir`` is
the MD5 of a list of files, which lies in DVC's cache.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NoReturn

import msgspec

from samerun.basics.redaction import Redactor
from samerun.data.dvc_names import LOCK_NAME, repository_of
from samerun.errors import BadLock, UnsafePath
from samerun.outputs.reading import FAILURES
from samerun.outputs.yaml_document import read as read_yaml

Role = Literal["out", "dep"]

_MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?\Z")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://")
_NEXT = "Take it anew from the repository, or make it again with dvc."


class DvcItem(msgspec.Struct, frozen=True):
    """One tracked path.

    ``path`` is relative to ``DvcFile.root``, with ``/``. ``md5`` is hex, without ``.dir``; empty if DVC has not hashed
    it yet, and ``why`` says so or why else it cannot be checked. ``folder`` says that it is a folder, ``legacy`` that
    text was hashed with LF for CRLF. ``size`` (bytes) and ``files`` are None where they are not given. ``listed`` are
    a folder's files with their hashes, where the file itself lists them. ``stage`` is the stage of a ``dvc.lock``.
    """

    path: str
    role: Role
    md5: str = ""
    folder: bool = False
    legacy: bool = False
    size: int | None = None
    files: int | None = None
    listed: tuple[tuple[str, str], ...] | None = None
    stage: str = ""
    why: str = ""


class Elsewhere(msgspec.Struct, frozen=True):
    """Something tracked that does not lie in the repository: where it is, without secrets, and why it is left alone."""

    place: str
    why: str


class DvcFile(msgspec.Struct, frozen=True):
    """A ``.dvc`` file or ``dvc.lock``: the repository's folder, what it tracks there, and what lies elsewhere."""

    path: str
    root: str
    items: tuple[DvcItem, ...]
    elsewhere: tuple[Elsewhere, ...] = ()


def read_dvc_file(path: str | os.PathLike[str]) -> DvcFile:
    """Return what a ``.dvc`` file or a ``dvc.lock`` tracks; no tracked file is touched.

    Raises:
        BadLock: it cannot be read, or is not what DVC writes.
        UnsafePath: an output is absolute or climbs out of the repository.
    """
    place = Path(os.path.abspath(path))
    document = _document(place)
    root = repository_of(place)
    reader = _Reader(str(path), posixpath.join(*place.parent.relative_to(root).parts or (".",)))
    if place.name == LOCK_NAME:
        reader.read_lock(document, _folders_of_stages(place.with_name("dvc.yaml")))
    else:
        reader.read_single(document)
    return DvcFile(str(path), str(root), tuple(reader.items.values()), tuple(dict.fromkeys(reader.elsewhere)))


def _document(place: Path) -> dict[str, Any]:
    if place.exists() and not place.is_file():  # a pipe is not waited for
        raise BadLock(f"{place} is no file.", _NEXT, lock=str(place))
    try:
        document = read_yaml(place)
    except FAILURES as error:
        raise BadLock(f"{place} cannot be read as YAML: {_line(error)}.", _NEXT, lock=str(place)) from error
    if not isinstance(document, dict):
        raise BadLock(f"{place} is no file of DVC: it holds no keys.", _NEXT, lock=str(place))
    return document


def _folders_of_stages(pipeline: Path) -> dict[str, str]:
    """Return the folder (``wdir``) of each stage: ``dvc.lock`` leaves it to ``dvc.yaml``."""
    try:
        document = read_yaml(pipeline) if pipeline.is_file() else {}
    except FAILURES:
        return {}  # then the paths are looked for where nearly all of them are
    stages = document.get("stages") if isinstance(document, dict) else None
    if not isinstance(stages, dict):
        return {}
    ones = {str(name): stage for name, stage in stages.items() if isinstance(stage, dict)}
    inner = {name: stage["do"] if isinstance(stage.get("do"), dict) else stage for name, stage in ones.items()}
    return {name: str(stage["wdir"]) for name, stage in inner.items() if stage.get("wdir") is not None}


class _Reader:
    """Collects what one file tracks.

    Args:
        name: the file, for sentences.
        folder: its folder, relative to the repository.
    """

    def __init__(self, name: str, folder: str) -> None:
        self.items: dict[tuple[str, str, bool, Role], DvcItem] = {}
        self.elsewhere: list[Elsewhere] = []
        self._name = name
        self._folder = folder
        self._outs: dict[str, str] = {}
        self._redactor = Redactor()

    def read_single(self, document: Mapping[str, Any]) -> None:
        """Take a ``.dvc`` file."""
        if not isinstance(document.get("outs"), list):
            self._refuse("it has no `outs`")
        self._take(document, str(document.get("wdir") or "."), "")

    def read_lock(self, document: Mapping[str, Any], folders: Mapping[str, str]) -> None:
        """Take a ``dvc.lock`` of schema 2.0, or of 1.0, which had the stages at its top."""
        stages = document.get("stages", {}) if "schema" in document else document
        if "schema" in document and str(document["schema"]) != "2.0":
            self._refuse(f"its schema {str(document['schema'])!r} is not known")
        if not isinstance(stages, dict) or not all(isinstance(stage, dict) for stage in stages.values()):
            self._refuse("its stages are none")
        for name, stage in stages.items():
            self._take(stage, folders.get(str(name), folders.get(str(name).partition("@")[0], ".")), str(name))

    def _refuse(self, problem: str) -> NoReturn:
        raise BadLock(f"{self._name} cannot be trusted: {problem}.", _NEXT, lock=self._name)

    def _take(self, stage: Mapping[str, Any], wdir: str, name: str) -> None:
        roles: tuple[tuple[str, Role], ...] = (("outs", "out"), ("deps", "dep"))
        for key, role in roles:
            for entry in self._entries(stage, key):
                self._take_entry(entry, role, wdir, name)

    def _entries(self, stage: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
        entries = stage.get(key) or []
        if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
            self._refuse(f"its `{key}` are no list of entries")
        for entry in entries:
            if not isinstance(entry.get("path"), str) or not entry["path"]:
                self._refuse(f"an entry of `{key}` has no path")
            yield entry

    def _take_entry(self, entry: dict[str, Any], role: Role, wdir: str, stage: str) -> None:
        path = entry["path"]
        why = self._why_elsewhere(entry, role, wdir)
        if why:
            self.elsewhere.append(Elsewhere(self._redactor.url(path), why))
            return
        inside = posixpath.normpath(posixpath.join(self._folder, wdir, path))
        item = self._item(entry, inside, role, stage)
        if role == "out":
            known = self._outs.setdefault(inside, item.md5)
            if known != item.md5:
                self._refuse(f"the output {inside!r} is there twice, with two hashes")
        self.items.setdefault((inside, item.md5, item.legacy, role), item)

    def _why_elsewhere(self, entry: dict[str, Any], role: Role, wdir: str) -> str:
        """Return why an entry is not looked at; empty for one that lies in the repository."""
        path = entry["path"]
        if isinstance(entry.get("repo"), dict):
            repo = entry["repo"]
            revision = str(repo.get("rev_lock") or repo.get("rev") or "an unnamed revision")
            return f"it comes from {self._redactor.url(str(repo.get('url', '')))} at {revision}"
        if _URL.match(path):
            return "it is a remote file"
        if "${" in wdir:
            return f"its stage's folder is a template, {wdir}"
        place = posixpath.normpath(posixpath.join(self._folder, wdir, path))
        outside = path.startswith("/") or wdir.startswith("/") or place in (".", "..") or place.startswith("../")
        if not outside and "\\" not in path and "\0" not in path:
            return ""
        if role == "out":
            sentence = f"{self._name} names the output {path!r}, which does not lie in the repository."
            raise UnsafePath(sentence, "Nothing was read. Such an output cannot be verified from here.", path=path)
        return "it does not lie in the repository"

    def _item(self, entry: dict[str, Any], path: str, role: Role, stage: str) -> DvcItem:
        text = str(entry.get("md5") or "").lower()
        if text and not _MD5.match(text):
            self._refuse(f"the hash of {path!r} is none")
        kind = entry.get("hash")
        why = "" if text else "DVC has no MD5 of it yet (dvc commit, or dvc repro, writes one)"
        if kind not in (None, "md5", "md5-dos2unix"):
            why = f"its hash is of a kind that is not known here, {kind}"
        return DvcItem(
            path=path,
            role=role,
            md5=text.removesuffix(".dir"),
            folder=text.endswith(".dir") or isinstance(entry.get("files"), list),
            legacy=kind != "md5",
            size=_count(entry.get("size")),
            files=_count(entry.get("nfiles")),
            listed=self._listed(entry.get("files"), path),
            stage=stage,
            why=why if not isinstance(entry.get("files"), list) or "kind" in why else "",
        )

    def _listed(self, files: Any, path: str) -> tuple[tuple[str, str], ...] | None:
        if not isinstance(files, list):
            return None
        try:
            return checked_list(files)
        except ValueError as error:
            self._refuse(f"its list of the files in {path!r} cannot be used ({error})")


def checked_list(entries: Any) -> tuple[tuple[str, str], ...]:
    """Return a list of the files in a folder as pairs of a path (with ``/``) and an MD5, sorted.

    Args:
        entries: what stands in ``files:`` or in a ``.dir`` list.

    Raises:
        ValueError: with the reason: a path leads elsewhere or stands twice, a hash is none.
    """
    if not isinstance(entries, list):
        raise ValueError("it is no list")
    found: dict[str, str] = {}
    for entry in entries:
        path = entry.get("relpath") if isinstance(entry, dict) else None
        if not isinstance(path, str) or not _is_inside(path) or path in found:
            raise ValueError(f"the path {path!r} leads elsewhere, names nothing, or is there twice")
        digest = str(entry.get("md5") or "").lower()
        if not _MD5.match(digest) or digest.endswith(".dir"):
            raise ValueError(f"the hash of {path!r} is none")
        found[path] = digest
    return tuple(sorted(found.items()))


def _is_inside(path: str) -> bool:
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:300].rstrip(".")
