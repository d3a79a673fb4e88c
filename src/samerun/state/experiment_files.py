"""The files of one experiment: plain, whole, the same bytes from the same run, without a clock in them."""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import joblib
import msgspec
import numpy as np

from samerun.basics import files
from samerun.basics.hashing import hash_bytes
from samerun.state.estimators import versions
from samerun.state.sources import Plain

SCHEMA = "samerun.classic/1"
LOG = "experiment_log.json"
_ALL = (
    *("config.json", "results/metrics.json", "results/predictions.json"),
    *("checkpoints/model.joblib", "checkpoints/scaler.joblib", "checkpoints/preprocessing.joblib"),
)
_READABLE = 0o644


def write_experiment(folder: Path, tables: dict[str, Any], estimators: dict[str, Any], log: Plain) -> None:
    """Write the files of an experiment and, last, its log, which holds the hash of each.

    Files of these names that an earlier run left and this one has not are removed: a folder never mixes two runs.

    Args:
        folder: where to; made if it is not there.
        tables: what becomes JSON, by path below the folder.
        estimators: what becomes joblib, by path below the folder.
        log: what the log holds besides.
    """
    contents = {path: as_json(table) for path, table in tables.items()}
    contents |= {path: as_joblib(estimator) for path, estimator in estimators.items()}
    for path in (*_ALL, LOG):
        with suppress(FileNotFoundError):
            (folder / path).unlink()
    for path, content in contents.items():
        files.make_folder((folder / path).parent)
        files.write_atomic(folder / path, content, mode=_READABLE)
    hashes = {path: hash_bytes(content) for path, content in sorted(contents.items())}
    python = f"{sys.version_info[0]}.{sys.version_info[1]}.{sys.version_info[2]}"
    whole = {"schema": SCHEMA, **log, "files": hashes, "versions": {"python": python, **versions()}}
    files.write_atomic(folder / LOG, as_json(whole), mode=_READABLE)


def as_json(value: object) -> bytes:
    """Return JSON with two spaces of indent; every float reads back to the same bits."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=_known), indent=2) + b"\n"


def as_joblib(estimator: object) -> bytes:
    """Return what ``joblib.load`` reads; only load what you wrote yourself: reading it can run code."""
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    return buffer.getvalue()


def _known(value: object) -> object:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise NotImplementedError(f"{type(value).__name__} in a record")
