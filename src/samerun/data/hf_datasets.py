"""Which dataset is a folder that Hugging Face's ``datasets`` wrote, by ``save_to_disk`` or in its cache.

The fingerprint that stands there says how the data came about (it is drawn or computed from the steps), not what it is:
two saves of one table may have different ones. Our own hash, over the rows of each split, stands beside it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from samerun.basics.paths import resolve_inside
from samerun.data.table_files import open_table_file
from samerun.data.table_hash import hash_table
from samerun.errors import BadInput, BadTable, MissingData, UnsafePath
from samerun.outputs.late import Late

pa: Any = Late("pyarrow")  # an optional part

LARGEST_DOCUMENT = 64 << 20
_REVISION = re.compile(r"@([0-9a-f]{40})(?:/|$)")
_NEXT = "Give a folder that save_to_disk wrote, or one of the cache with a dataset_info.json in it."


class HfSplit(msgspec.Struct, frozen=True):
    """One split.

    ``fingerprint`` is that of the library, empty where it keeps none. ``rows`` were counted; None where they could not
    be read. ``hash`` is ``hash_table`` over all rows in order, whatever files they lie in; empty where ``problems`` say
    why.
    """

    name: str
    files: tuple[str, ...]
    fingerprint: str = ""
    rows: int | None = None
    hash: str = ""


class HfDataset(msgspec.Struct, frozen=True):
    """A dataset: ``kind`` is ``saved`` or ``cached``; what the folder does not say is empty.

    ``revision`` is the commit on the Hub. ``derived`` are results of ``map`` and the like that lie in the cache beside
    the splits, by fingerprint. ``problems`` are sentences.
    """

    path: str
    kind: str
    dataset: str = ""
    config: str = ""
    version: str = ""
    revision: str = ""
    splits: tuple[HfSplit, ...] = ()
    features: Mapping[str, str] = {}
    derived: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def is_hf_dataset(path: str | os.PathLike[str]) -> bool:
    """Say whether a folder looks like one that ``datasets`` wrote."""
    return any(os.path.isfile(os.path.join(path, name)) for name in ("dataset_dict.json", "dataset_info.json"))


def read_hf_dataset(path: str | os.PathLike[str], *, rows: bool = True) -> HfDataset:
    """Return which dataset a folder holds, and what each split is.

    Costs reading all rows once (about 1 GB/s); next to nothing without ``rows``. Needs pyarrow for the rows.

    Args:
        path: the folder.
        rows: read and hash the rows.

    Raises:
        BadInput: it is no such folder, or its documents cannot be trusted.
        MissingData: there is no folder.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise MissingData(f"There is no folder {folder}.", _NEXT)
    reader = _Reader(folder, rows)
    if (folder / "dataset_dict.json").is_file():
        return reader.saved_parts()
    if (folder / "state.json").is_file():
        return reader.saved()
    if (folder / "dataset_info.json").is_file():
        return reader.cached()
    raise BadInput(f"{folder} is no folder that Hugging Face's datasets wrote.", _NEXT)


class _Reader:
    """Reads one folder."""

    def __init__(self, folder: Path, rows: bool) -> None:
        self._folder = folder
        self._rows = rows
        self._problems: list[str] = []

    def saved_parts(self) -> HfDataset:
        """Return what ``DatasetDict.save_to_disk`` wrote."""
        names = self._document("dataset_dict.json").get("splits")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._bad("dataset_dict.json names no splits")
        infos, splits = [], []
        for name in names:
            if not self._inside(name).is_dir():
                self._problems.append(f"the split {name} is not there")
                continue
            infos.append(self._document(f"{name}/dataset_info.json"))
            splits.append(self._saved_split(name, f"{name}/"))
        return self._dataset("saved", infos[0] if infos else {}, splits)

    def saved(self) -> HfDataset:
        """Return what ``Dataset.save_to_disk`` wrote."""
        return self._dataset("saved", self._document("dataset_info.json"), [self._saved_split("", "")])

    def _saved_split(self, name: str, prefix: str) -> HfSplit:
        state = self._document(f"{prefix}state.json")
        entries = state.get("_data_files")
        if not isinstance(entries, list):
            raise self._bad(f"{prefix}state.json names no files")
        files = [f"{prefix}{entry.get('filename')}" for entry in entries if isinstance(entry, dict)]
        if state.get("_indices_files") or state.get("_indices_data_files"):
            self._problems.append(f"the rows of {name or 'the dataset'} are chosen by indices, which are not read")
            return HfSplit(name or _text(state, "_split"), tuple(files), _text(state, "_fingerprint"))
        return self._split(name or _text(state, "_split"), files, _text(state, "_fingerprint"), None)

    def cached(self) -> HfDataset:
        """Return what the library prepared in its cache."""
        info = self._document("dataset_info.json")
        found = info.get("splits") if isinstance(info.get("splits"), dict) else {}
        assert isinstance(found, dict)
        there = sorted(path.name for path in self._folder.glob("*.arrow"))
        splits = []
        for name, facts in sorted(found.items()):
            pattern = re.compile(rf".*-{re.escape(str(name))}(-\d+-of-\d+)?\.arrow")
            files = [one for one in there if pattern.fullmatch(one) and not one.startswith("cache-")]
            wanted = facts.get("num_examples") if isinstance(facts, dict) else None
            splits.append(self._split(str(name), files, "", wanted if isinstance(wanted, int) else None))
        derived = tuple(one[6:-6] for one in there if one.startswith("cache-"))
        return msgspec.structs.replace(self._dataset("cached", info, splits), derived=derived)

    def _split(self, name: str, files: list[str], fingerprint: str, wanted: int | None) -> HfSplit:
        """Return a split; what is wrong with it becomes a problem."""
        split = HfSplit(name, tuple(files), fingerprint)
        called = f"the split {name}" if name else "the dataset"
        missing = [file for file in files if not self._inside(file).is_file()]
        if missing or (not files and wanted):
            self._problems.append(f"{missing[0] if missing else f'every file of {called}'} is not there")
            return split
        if not self._rows or not files:
            return split
        try:
            count, digest = _rows_of([self._inside(file) for file in files])
        except ImportError:
            self._problems.append("the rows were not read: pyarrow is not installed (pip install 'samerun[data]')")
            return split
        except (BadTable, MissingData) as error:
            self._problems.append(f"the rows of {called} cannot be identified: {error.sentence}")
            return split
        if wanted is not None and wanted != count:
            self._problems.append(f"{called} has {count:,} rows, and dataset_info.json says {wanted:,}")
        return msgspec.structs.replace(split, rows=count, hash=digest)

    def _dataset(self, kind: str, info: Mapping[str, Any], splits: list[HfSplit]) -> HfDataset:
        version = info.get("version")
        features = info.get("features") if isinstance(info.get("features"), dict) else {}
        assert isinstance(features, dict)
        return HfDataset(
            path=str(self._folder),
            kind=kind,
            dataset=self._name(kind, info),
            config=_text(info, "config_name"),
            version=_text(version, "version_str") if isinstance(version, dict) else str(version or ""),
            revision=self._revision(kind, info),
            splits=tuple(splits),
            features={str(name): _feature(one) for name, one in features.items()},
            problems=tuple(self._problems),
        )

    def _name(self, kind: str, info: Mapping[str, Any]) -> str:
        """Return the name: in the cache, the fourth folder from below is called ``namespace___name``."""
        above = Path(os.path.abspath(self._folder)).parts
        if kind == "cached" and len(above) >= 4 and "___" in above[-4]:
            return above[-4].replace("___", "/")
        return _text(info, "dataset_name") or _text(info, "builder_name")

    def _revision(self, kind: str, info: Mapping[str, Any]) -> str:
        """Return the commit from which it was downloaded, by what was downloaded or by the folder's name."""
        sources = info.get("download_checksums")
        for source in sources if isinstance(sources, dict) else ():
            found = _REVISION.search(str(source))
            if found:
                return found[1]
        name = os.path.basename(os.path.abspath(self._folder))
        return name if kind == "cached" and re.fullmatch(r"[0-9a-f]{40}", name) else ""

    def _document(self, name: str) -> Mapping[str, Any]:
        place = self._inside(name)
        try:
            with place.open("rb") as file:
                data = file.read(LARGEST_DOCUMENT + 1)
            document = json.loads(data) if len(data) <= LARGEST_DOCUMENT else None
        except (OSError, ValueError, RecursionError) as error:
            raise self._bad(f"{name} cannot be read ({type(error).__name__})") from error
        if not isinstance(document, dict):
            raise self._bad(f"{name} holds no keys")
        return document

    def _inside(self, name: str) -> Path:
        try:
            return resolve_inside(self._folder, name)
        except UnsafePath as error:
            raise self._bad(error.sentence.rstrip(".")) from error

    def _bad(self, problem: str) -> BadInput:
        return BadInput(f"{self._folder} cannot be trusted as a dataset: {problem}.", _NEXT, path=str(self._folder))


def _rows_of(files: list[Path]) -> tuple[int, str]:
    """Return how many rows files of Arrow hold together, and the hash over them as one table."""
    opened = [open_table_file(file) for file in files]
    count = 0

    def batches() -> Iterator[Any]:
        nonlocal count
        for _, each in opened:
            for batch in each():
                count += batch.num_rows
                yield batch

    schema = opened[0][0]
    if any(not one.equals(schema) for one, _ in opened):
        raise BadTable("Its files do not have the same columns.")
    digest = hash_table(pa.RecordBatchReader.from_batches(schema, batches()))
    return count, digest


def _text(document: Mapping[str, Any], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) else ""


def _feature(feature: Any) -> str:
    """Return a feature in words: ``int64``, ``ClassLabel(cat, dog)``, ``list of string``, ``Image``."""
    if isinstance(feature, list) and len(feature) == 1:
        return f"list of {_feature(feature[0])}"
    if not isinstance(feature, dict):
        return "unknown"
    kind = feature.get("_type")
    if kind == "Value":
        return str(feature.get("dtype", "unknown"))
    if kind == "ClassLabel" and isinstance(feature.get("names"), list):
        return f"ClassLabel({', '.join(map(str, feature['names']))})"
    if kind in ("Sequence", "List", "LargeList"):
        return f"list of {_feature(feature.get('feature'))}"
    return str(kind) if isinstance(kind, str) else f"{{{', '.join(f'{k}: {_feature(v)}' for k, v in feature.items())}}}"
