"""Things that a program hands over to be kept: each written whole in the form that its kind of thing has."""

from __future__ import annotations

import json
import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from samerun.basics import exact, files
from samerun.basics.redaction import Redactor
from samerun.launch.keeping import SEARCHED
from samerun.launch.secrets import is_secret_file

Writer = Callable[[IO[bytes]], object]


def save_artifact(thing: object, folder: Path, name: str, redactor: Redactor | None = None) -> Path:
    """Write ``thing`` below ``folder``.

    Args:
        thing: a path of a file or a folder, a text, bytes, a dict or list (JSON), a numpy array (npy), a table (CSV, or
            Parquet by its name), a figure or picture (PNG), a tensor, a module or a state dict of torch (pt).
        folder: where artifacts lie; it exists.
        name: its name there, with ``/`` for folders; without a suffix it gets its kind's.
        redactor: takes secrets out of texts and JSON; a file that holds one is refused.

    Returns:
        The file or folder that was written.

    Raises:
        TypeError: there is no form for such a thing.
        ValueError: a file holds a secret; of a folder, the others have been copied.
        UnsafePath: the name leads out of the folder.
        OSError: it cannot be read or written.
    """
    redactor = redactor or Redactor()
    source = _source(thing)
    if source is not None:
        return _copy(source, folder, name, redactor)
    suffix, write = _form(thing, Path(name).suffix, redactor)
    target = _target(folder, name, suffix)
    with files.replacing(target) as descriptor, os.fdopen(os.dup(descriptor), "wb") as file:
        write(file)
    return target


def _source(thing: object) -> Path | None:
    """Return the path if ``thing`` is one of something that is there."""
    if isinstance(thing, os.PathLike):
        return Path(os.fsdecode(thing))
    is_name = isinstance(thing, str) and 0 < len(thing) < 4096 and "\n" not in thing and "\0" not in thing
    return Path(str(thing)) if is_name and os.path.exists(str(thing)) else None


def _target(folder: Path, name: str, suffix: str) -> Path:
    target = files.resolve_inside(folder, name if Path(name).suffix else name + suffix)
    files.make_folder(target.parent)
    return target


def _copy(source: Path, folder: Path, name: str, redactor: Redactor) -> Path:
    """Copy a file, or the regular files of a folder; links are left out, and so are files that hold a secret."""
    target = files.resolve_inside(folder, name if Path(name).suffix else name + source.suffix)
    if not source.is_dir():
        if _is_secret(source, redactor):
            raise ValueError("it holds a secret")
        files.copy_file(source, _target(folder, name, source.suffix), mode=0o600)
        return target
    secret = []
    for relative, facts in files.files_below(source):
        if not stat.S_ISREG(facts.st_mode):
            continue
        if _is_secret(source / relative, redactor):
            secret.append(relative)
            continue
        below = files.resolve_inside(target, relative)
        files.make_folder(below.parent)
        files.copy_file(source / relative, below, mode=0o600)
    if secret:
        raise ValueError(f"{', '.join(secret[:3])} in it holds a secret; the rest is kept")
    return target


def _is_secret(path: Path, redactor: Redactor) -> bool:
    with open(path, "rb") as file:
        head = file.read(SEARCHED)
    return is_secret_file(os.fspath(path), head, redactor) or redactor.knows(head)


def _form(thing: Any, wanted: str, redactor: Redactor) -> tuple[str, Writer]:
    """Return the suffix and the writer for a kind of thing; ``wanted`` is the suffix in its name."""
    if isinstance(thing, str):
        return ".txt", lambda file: file.write(redactor.text(thing).encode("utf-8", "surrogateescape"))
    if isinstance(thing, (bytes, bytearray, memoryview)):
        return ".bin", lambda file: file.write(thing)
    found = _of_torch(thing) or _of_numpy(thing) or _of_table(thing, wanted) or _of_picture(thing, wanted)
    if found is not None:
        return found
    if isinstance(thing, (dict, list, tuple, int, float, bool)):
        text = json.dumps(redactor.document(exact.plain(thing)), indent=2)  # raises TypeError for what is no JSON
        return ".json", lambda file: file.write(text.encode() + b"\n")
    raise TypeError(f"a {type(thing).__name__} has no file form that samerun knows: save it yourself and give its path")


def _of_torch(thing: Any) -> tuple[str, Writer] | None:
    torch = sys.modules.get("torch")
    if torch is None:
        return None
    if isinstance(thing, torch.nn.Module):
        thing = thing.state_dict()
    is_state = isinstance(thing, dict) and any(isinstance(each, torch.Tensor) for each in thing.values())
    # Through an open file: by its path, torch would write the temporary name into the archive.
    return (".pt", lambda file: torch.save(thing, file)) if is_state or isinstance(thing, torch.Tensor) else None


def _of_numpy(thing: Any) -> tuple[str, Writer] | None:
    numpy = sys.modules.get("numpy")
    if numpy is None or not isinstance(thing, numpy.ndarray):
        return None
    return ".npy", lambda file: numpy.save(file, thing, allow_pickle=False)


def _of_table(thing: Any, wanted: str) -> tuple[str, Writer] | None:
    kind = type(thing).__module__.partition(".")[0]
    if kind not in ("pandas", "polars") or not hasattr(thing, "columns"):
        return None
    if kind == "pandas":
        return (wanted, thing.to_parquet) if wanted == ".parquet" else (".csv", thing.to_csv)
    return (wanted, thing.write_parquet) if wanted == ".parquet" else (".csv", thing.write_csv)


def _of_picture(thing: Any, wanted: str) -> tuple[str, Writer] | None:
    form = wanted.lstrip(".").lower() or "png"
    if hasattr(thing, "savefig"):
        return f".{form}", lambda file: thing.savefig(file, format=form)
    if type(thing).__module__.startswith("PIL."):
        return f".{form}", lambda file: thing.save(file, format={"jpg": "jpeg"}.get(form, form))
    return None
