"""Run <-> run folder: plain files that outlive the tool.

``run.json`` holds the record; the factors that can be big lie beside it, each in its own file. Reading never writes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from samerun.basics import exact, files
from samerun.basics.process import HolderFacts, holder_facts, is_alive
from samerun.errors import DamagedRun, NewerSchema
from samerun.record.run import SCHEMA, Holder, Run
from samerun.record.values import Json
from samerun.store import metrics_log, sealing
from samerun.store.layout import RunFolder
from samerun.store.sealing import Problem, Seal

BESIDE = {"data": "inputs.json", "code": "code/files.json", "package": "environment/environment.json"}
"""The factors that can be big, and the file of each."""

_CHANGED = Problem(sealing.RECORD, "changed", "its bytes are not those that were sealed")
_NO_SEAL = Problem(sealing.RECORD, "changed", "the run has ended, but its seal is not there")
_VERSION = re.compile(r"samerun\.run/(\d+)\Z")
_OWN = frozenset(each.encode_name for each in structs.fields(Run)) | {"seal"}


def holder(pid: int | None = None) -> Holder:
    """Return who holds a run that this process (or the process ``pid``) records."""
    return Holder(*holder_facts(pid))


def save(folder: RunFolder | Path, run: Run) -> None:
    """Write the record as it stands, unsealed; what a later samerun added to it stays. Not fsynced: the seal is."""
    folder = _at(folder).create()
    document = _written(folder, run)
    files.write_atomic(folder.record, sealing.encode(document))


def seal(folder: RunFolder | Path, run: Run) -> None:
    """Write the record for the last time: the big factors first, ``run.json`` with the seal over all files last."""
    folder = _at(folder).create()
    document = _written(folder, run)
    files.write_atomic(folder.record, sealing.sealed(document, sealing.facts(folder.path)), durable=True)


def _at(folder: RunFolder | Path) -> RunFolder:
    return folder if isinstance(folder, RunFolder) else RunFolder(folder)


def _written(folder: RunFolder, run: Run) -> dict[str, Any]:
    """Write the big factors and return the document of ``run.json`` without them."""
    factors = dict(run.factors)
    for kind, name in BESIDE.items():
        values = factors.get(kind)
        if isinstance(values, dict) and "missing" not in values:
            path = folder.path / name
            files.make_folder(path.parent)
            absent = {subject: value for subject, value in values.items() if _is_absent(value)}
            files.write_atomic(path, _encoded({key: values[key] for key in values if key not in absent}) + b"\n")
            factors[kind] = {"beside": name, **({"absent": absent} if absent else {})}
    document: dict[str, Any] = exact.plain(msgspec.to_builtins(structs.replace(run, factors=factors)))
    return {**document, **_foreign(folder)}


def _is_absent(value: Json) -> bool:
    """Say whether a value is what was looked for and not there: ``inputs.json`` lists files that were read."""
    return isinstance(value, dict) and set(value) == {"missing"}


def _encoded(values: dict[str, Json]) -> bytes:
    """Return a big factor as JSON; names that are no UTF-8 cost a walk over all of it."""
    try:
        return msgspec.json.encode(values)
    except UnicodeEncodeError:
        return msgspec.json.encode(exact.plain(values))


def _foreign(folder: RunFolder) -> dict[str, Any]:
    """Return the fields of the record on the disk that this samerun does not know."""
    try:
        there = _document(folder.record)
    except (DamagedRun, FileNotFoundError):
        return {}
    return {name: value for name, value in there.items() if name not in _OWN}


def load(folder: RunFolder | Path, *, whole: bool = True) -> Run:
    """Read a run, as far as it is whole.

    Args:
        folder: the run folder.
        whole: whether to read the big factors too; else they are absent.

    Returns:
        The run. One that was never sealed is ``killed`` if whoever recorded it is gone, else as written.

    Raises:
        DamagedRun: ``run.json`` is missing or cannot be understood.
        NewerSchema: it was written by a later samerun.
    """
    folder = _at(folder)
    document = _known(folder)
    try:
        run = msgspec.convert(document, Run)
    except msgspec.ValidationError as error:
        raise _damaged(folder, f"does not hold a run: {error}") from error
    run = structs.replace(run, factors=_factors(folder, run.factors, whole), metrics=_numbers(run.metrics))
    if "seal" in document:
        return run
    found = _as_found(folder, run)
    # Between reading the record and asking for its recorder, that one may have sealed the run and gone.
    was_sealed = found.status != run.status and is_sealed(folder)
    return load(folder, whole=whole) if was_sealed else found


def _known(folder: RunFolder) -> dict[str, Any]:
    try:
        document = _document(folder.record)
    except FileNotFoundError as error:
        raise _damaged(folder, "is missing") from error
    version = _VERSION.match(str(document.get("schema", "")))
    if version is None:
        raise _damaged(folder, f"does not say {SCHEMA}")
    if int(version[1]) > int(SCHEMA.rpartition("/")[2]):
        raise NewerSchema(
            f"The run {folder.id} was written by a later samerun ({version[0]}).",
            "Update samerun to open it.",
            schema=version[0],
        )
    return document


def _document(path: Path) -> dict[str, Any]:
    folder = RunFolder(path.parent)
    try:
        document = msgspec.json.decode(files.read_bytes(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _damaged(folder, f"cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(folder, f"is no JSON: {error}") from error
    if not isinstance(document, dict):
        raise _damaged(folder, "is no JSON object")
    return document


def _damaged(folder: RunFolder, what: str) -> DamagedRun:
    return DamagedRun(
        f"The run {folder.id} is damaged: its run.json {what}.",
        f"Its other files are as they were, in {folder.path}.",
        folder=str(folder.path),
    )


def _factors(folder: RunFolder, stored: dict[str, Json], whole: bool) -> dict[str, Json]:
    factors: dict[str, Json] = {}
    for kind, values in stored.items():
        name = BESIDE.get(kind)
        if not isinstance(values, dict):
            factors[kind] = {"missing": "run.json is damaged there"}
        elif name is None or values.get("beside") != name:
            factors[kind] = values
        elif whole:
            factors[kind] = _beside(folder, name, values.get("absent"))
    return factors


def _beside(folder: RunFolder, name: str, absent: Json) -> dict[str, Json]:
    try:
        values = msgspec.json.decode(files.read_bytes(folder.path / name), type=dict[str, Json])
    except FileNotFoundError:
        return {"missing": f"{name} is missing from the run folder"}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {"missing": f"{name} in the run folder is damaged"}
    return {**absent, **values} if isinstance(absent, dict) else values


def _numbers(stored: dict[str, Json]) -> dict[str, Json]:
    return {name: _number(value) for name, value in stored.items()}


def _number(value: Json) -> Json:
    try:
        return exact.decode_number(value)
    except ValueError:
        return value


def _as_found(folder: RunFolder, run: Run) -> Run:
    """Return an unsealed run with the status that it has by now and the metrics that it logged."""
    logged = metrics_log.last_values(folder.logs)
    status = run.status
    if status == "running" and (run.holder is None or is_alive(HolderFacts(*structs.astuple(run.holder))) is False):
        status = "killed"
    return structs.replace(run, status=status, metrics={**run.metrics, **logged})


def is_sealed(folder: RunFolder | Path) -> bool:
    """Say whether the run was sealed: it ended, and its folder ought not to change any more."""
    return "seal" in _known(_at(folder))


def problems(folder: RunFolder | Path) -> list[Problem]:
    """Return all that is not whole, found by reading every byte; nothing of a sealed run escapes it.

    Of a run that was never sealed only what contradicts itself can be found, not that whole last records are lost.

    Raises:
        NewerSchema: it was written by a later samerun.
    """
    folder = _at(folder)
    try:
        load(folder, whole=False)
        document = _known(folder)
    except DamagedRun as error:
        return [Problem(sealing.RECORD, "unreadable", error.sentence), *_logs(folder)]
    except NewerSchema:
        if _is_whole(folder):
            raise
        return [_CHANGED, *_logs(folder)]
    if "seal" in document:
        return [*([] if _is_whole(folder) else [_CHANGED]), *_against_seal(folder, document["seal"])]
    ended = document.get("status") != "running"
    return [*([_NO_SEAL] if ended else []), *_logs(folder)]


def _is_whole(folder: RunFolder) -> bool:
    return sealing.record_is_whole(files.read_bytes(folder.record))


def _against_seal(folder: RunFolder, stored: Json) -> list[Problem]:
    try:
        return sealing.compare(folder.path, msgspec.convert(stored, Seal))
    except msgspec.ValidationError:
        return _logs(folder)


def _logs(folder: RunFolder) -> list[Problem]:
    return [
        Problem(f"logs/{path.name}", "changed", trouble)
        for path in metrics_log.files_of(folder.logs)
        for trouble in metrics_log.read(path).problems
    ]
