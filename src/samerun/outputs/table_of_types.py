"""The ordered table of output types: the first that recognises a file compares it."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path, PurePosixPath

from samerun.outputs import (
    binary,
    csv_table,
    feather,
    hdf5,
    json_document,
    json_lines,
    notebook,
    npy,
    npz,
    parquet,
    pdf_document,
    pickle_file,
    picture,
    safetensors_file,
    sqlite_database,
    svg_drawing,
    tensorboard_events,
    text,
    toml_document,
    torch_checkpoint,
    ubjson,
    yaml_document,
)
from samerun.outputs.archive import DEEPEST, Archive
from samerun.outputs.comparing import HEAD_BYTES, Comparing, OutputType
from samerun.outputs.members import Compressed, Tar, Zip
from samerun.record.difference import Difference

# The more special a type, the earlier: what is built on zip stands before it, text and bytes at the end.
_BEFORE_ARCHIVES: tuple[OutputType, ...] = (
    torch_checkpoint,
    npz,
    npy,
    safetensors_file,
    parquet,
    feather,
    hdf5,
    picture,
    tensorboard_events,
    ubjson,
    pickle_file,
    notebook,
    json_document,
    json_lines,
    yaml_document,
    toml_document,
    csv_table,
    sqlite_database,
    svg_drawing,
    pdf_document,
)
_AFTER_ARCHIVES: tuple[OutputType, ...] = (text, binary)


@cache
def _types(depth: int) -> tuple[OutputType, ...]:
    """Return the table for files that lie ``depth`` archives deep."""
    inner = partial(_compare, depth=depth + 1)
    archives = (Archive(form, inner) for form in (Zip(), Tar(), Compressed())) if depth < DEEPEST else ()
    return (*_BEFORE_ARCHIVES, *archives, *_AFTER_ARCHIVES)


def recognise(path: str | PurePosixPath, head: bytes) -> OutputType:
    """Return the type of a file.

    Args:
        path: its name; it need not exist.
        head: its first ``HEAD_BYTES`` bytes.
    """
    return _recognise(PurePosixPath(path), head[:HEAD_BYTES], 0)


def compare_files(path: str | PurePosixPath, a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files whose bytes differ, as the type that recognises the first.

    Args:
        path: the output's name, which need not be that of the files held against each other.
        a: the first run's file.
        b: the second run's.
        comparing: tolerances, windows and the project's volatile names.

    Returns:
        The difference, labelled with the type's kind. Where the second file is of another type, or one cannot be
        read, they are compared by bytes, and the detail says so.
    """
    return _compare(str(path), a, b, comparing, depth=0)


def _compare(path: str, a: Path, b: Path, comparing: Comparing, depth: int) -> Difference:
    try:
        ours, theirs = (_recognise(PurePosixPath(path), _head(side), depth) for side in (a, b))
    except OSError as error:
        return Difference(binary.kind, "incomplete", f"cannot be read: {error.strerror or error}")
    if ours.kind != theirs.kind:
        return binary.compare_bytes(a, b, f"the first is {ours.kind}, the second {theirs.kind}", ours.kind)
    return ours.compare(a, b, comparing)


def _recognise(path: PurePosixPath, head: bytes, depth: int) -> OutputType:
    return next(kind for kind in _types(depth) if kind.recognises(path, head))


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


TYPES: tuple[OutputType, ...] = _types(0)
"""All types, in the order in which they are asked."""
