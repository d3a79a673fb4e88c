"""The document of a Croissant: JSON-LD in the words of MLCommons' Croissant 1.0 or 1.1.

Every file stands in it with its size and SHA-256; tables with the same columns side by side become one set of records.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from samerun.data.croissant_fields import TABLES, Field, fields_of
from samerun.data.manifest import Entry, Manifest

Version = Literal["1.0", "1.1"]

CONFORMS_TO = "http://mlcommons.org/croissant/"
UNKNOWN = "application/octet-stream"
TYPES = {
    **TABLES,
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".ndjson": "application/jsonlines",
    ".txt": "text/plain",
    ".md": "text/markdown",
    ".html": "text/html",
    ".xml": "application/xml",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".gif": "image/gif",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".svg": "image/svg+xml",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".flac": "audio/flac",
    ".mp4": "video/mp4",
    ".zip": "application/zip",
    ".tar": "application/x-tar",
    ".gz": "application/gzip",
    ".arrow": "application/vnd.apache.arrow.file",
    ".h5": "application/x-hdf5",
    ".hdf5": "application/x-hdf5",
}
"""Types of files by their ending; written here so that the document is the same on every machine."""

_GLOB = re.compile(r"[*?\[]")
_PLAIN = "equivalentProperty path fileProperty format includes jsonPath parentField recordSet references regex"
_PLAIN += " repeated replace separator source subField transform citeAs column extract field fileObject fileSet key md5"


@dataclass(frozen=True)
class About:
    """What nobody can read off the data; what is empty is left out.

    ``url`` is where the data set is described, ``license`` a URL or an SPDX name, ``published`` a date (YYYY-MM-DD),
    ``version`` such as ``1.0.0``, ``cite`` a BibTeX entry.
    """

    name: str = ""
    description: str = ""
    license: str = ""
    url: str = ""
    creator: str = ""
    published: str = ""
    version: str = ""
    cite: str = ""


@dataclass
class Croissant:
    """A document with what should be known about it."""

    document: dict[str, Any]
    notes: list[str] = field(default_factory=list)
    files: int = 0
    record_sets: int = 0

    def text(self) -> str:
        """Return the document as JSON text; the same for the same data."""
        return json.dumps(self.document, indent=2, ensure_ascii=False) + "\n"


class DocumentWriter:
    """Writes one document.

    Args:
        about: what nobody can read off the data.
        base_url: where the files can be had; empty if they lie below the document.
        prefix: what stands before a path of the data to make it one that starts at the document.
        base: the folder in which the tables can be looked into.
        version: of Croissant.
    """

    def __init__(self, about: About, base_url: str, prefix: str, base: Path, version: Version) -> None:
        self._about = about
        self._address = f"{base_url.rstrip('/')}/" if base_url else ""
        self._prefix = prefix
        self._base = base
        self._version = version

    def write(self, entries: Sequence[Entry], name: str, manifest: Manifest) -> Croissant:
        """Return the document.

        Args:
            entries: the files.
            name: what the data is called if nobody says.
            manifest: all that there is.
        """
        tables = list(self._tables(entries))
        sets = [group for group in tables if len(group.entries) > 1]
        records = [self._record_set(group) for group in tables]
        document = {
            "@context": _context(self._version),
            "@type": "sc:Dataset",
            "conformsTo": CONFORMS_TO + self._version,
            **self._metadata(name, manifest),
            "distribution": [*map(self._file_object, entries), *(self._file_set(group) for group in sets)],
            **({"recordSet": records} if records else {}),
        }
        return Croissant(document, list(self._notes(entries, tables, manifest)), len(entries), len(records))

    def _metadata(self, name: str, manifest: Manifest) -> dict[str, Any]:
        about = self._about
        given = {
            "name": about.name or name or "data",
            "description": about.description,
            "license": about.license,
            "url": about.url or self._address,
            "creator": {"@type": "sc:Person", "name": about.creator} if about.creator else "",
            "datePublished": about.published,
            "version": about.version,
            "citeAs": about.cite,
            "identifier": f"samerun.data-tree/1:{manifest.root}",
        }
        return {key: value for key, value in given.items() if value}

    def _notes(self, entries: Sequence[Entry], tables: Sequence[_Table], manifest: Manifest) -> Iterator[str]:
        wanted = {
            "license": self._about.license,
            "description": self._about.description,
            "url": self._about.url or self._address,
            "creator": self._about.creator,
            "published": self._about.published,
            "version": self._about.version,
            "cite": self._about.cite,
        }
        missing = [f"--{key}" for key, value in wanted.items() if not value]
        if missing:
            yield f"not said, and wanted by readers of Croissant: {', '.join(missing)}"
        told = {entry.path for group in tables for entry in group.entries}
        untold = [entry.path for entry in entries if _suffix(entry) in TABLES and entry.path not in told]
        if untold:
            yield f"the columns of {len(untold):,} tables could not be told, such as {untold[0]}"
        others = len(manifest.entries) - manifest.files
        if others:
            yield f"links, empty folders and special files ({others:,}) have no place in Croissant"

    def _file_object(self, entry: Entry) -> dict[str, Any]:
        address = self._address + quote(entry.path) if self._address else self._prefix + entry.path
        return {
            "@type": "cr:FileObject",
            "@id": quote(entry.path),
            "name": entry.path,
            "contentUrl": address,
            "contentSize": f"{entry.size} B",
            "encodingFormat": TYPES.get(_suffix(entry), UNKNOWN),
            "sha256": entry.sha256,
        }

    def _file_set(self, group: _Table) -> dict[str, Any]:
        # Named one by one: a pattern would take in files of other columns, and files that come later.
        return {
            "@type": "cr:FileSet",
            "@id": group.id,
            "name": group.id,
            "encodingFormat": TYPES[_suffix(group.entries[0])],
            "includes": [_GLOB.sub(r"[\g<0>]", self._prefix + entry.path) for entry in group.entries],
        }

    def _record_set(self, group: _Table) -> dict[str, Any]:
        source = (
            {"fileSet": {"@id": group.id}}
            if len(group.entries) > 1
            else {"fileObject": {"@id": quote(group.entries[0].path)}}
        )
        name = f"records/{group.id}"
        return {
            "@type": "cr:RecordSet",
            "@id": name,
            "name": name,
            "field": [
                {
                    "@type": "cr:Field",
                    "@id": f"{name}/{quote(one.name, safe='')}",
                    "name": one.name,
                    "dataType": one.type,
                    "source": {**source, "extract": {"column": one.name}},
                }
                for one in group.fields
            ],
        }

    def _tables(self, entries: Sequence[Entry]) -> Iterator[_Table]:
        """Yield tables; those of one folder with the same ending and columns together, if they lie below the document.

        (Croissant's readers take a set of files from a folder or an archive, not from several addresses.)
        """
        groups: dict[tuple[str, str, tuple[Field, ...]], list[Entry]] = defaultdict(list)
        for entry in entries:
            place = self._base / entry.path
            if _suffix(entry) in TABLES and place.is_file():
                fields = fields_of(place)
                if fields:
                    folder = entry.path if self._address else posixpath.dirname(entry.path)
                    groups[folder, _suffix(entry), fields].append(entry)
        used = {quote(entry.path) for entry in entries}
        for (folder, suffix, fields), ones in groups.items():
            names = _variants(quote(f"{folder or 'all'}/{suffix[1:]}-files"))
            name = next(name for name in names if name not in used) if len(ones) > 1 else quote(ones[0].path)
            used.add(name)
            yield _Table(name, tuple(ones), fields)


@dataclass(frozen=True)
class _Table:
    """Files with the same columns."""

    id: str
    entries: tuple[Entry, ...]
    fields: tuple[Field, ...]


def _variants(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in range(2, 1 << 30))


def _suffix(entry: Entry) -> str:
    return posixpath.splitext(entry.path)[1].lower()


def _context(version: Version) -> Mapping[str, Any]:
    """Return the vocabulary, as the specification prints it."""
    newer = {"arrayShape": "cr:arrayShape", "containedIn": "cr:containedIn", "isArray": "cr:isArray"}
    return {
        "@language": "en",
        "@vocab": "https://schema.org/",
        "cr": "http://mlcommons.org/croissant/",
        "dct": "http://purl.org/dc/terms/",
        "sc": "https://schema.org/",
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "isLiveDataset": "cr:isLiveDataset",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "samplingRate": "cr:samplingRate",
        **{name: f"cr:{name}" for name in _PLAIN.split()},
        **(newer if version == "1.1" else {}),
    }
