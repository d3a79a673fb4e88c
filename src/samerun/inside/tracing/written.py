"""What a line writes: to standard output, to a file that it holds, or to a file on the disk.

The text is hashed on its way, and goes on as it is. Files that were written without passing by here (by compiled code)
are looked at on the disk after the line.
"""

from __future__ import annotations

import os
import posix
import sys
from _blake2 import blake2b

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable

    Note = Callable[[Any, str, int, int], None]

_LARGEST = 64 << 20

_pending: dict[str, Any] = {}
_opened: dict[str, tuple[int, int, int]] = {}
_watched: dict[int, Any] = {}
_passed: set[str] = set()
_notes: list[Any] = []
_own: list[str] = []


def install(note: Note, own: tuple[str, ...]) -> None:
    """Begin: watch standard output, and which files are opened for writing.

    Args:
        note: called with the line, a name, the moment and a digest.
        own: what samerun's own files lie below.
    """
    _notes[:] = [note]
    _own[:] = own
    _watch_stream(sys.stdout, "standard output")
    sys.addaudithook(_audit)


def finish(seen: Any, moment: int) -> None:
    """A line has ended: note what has been written since the last one ended."""
    for name in list(_pending):
        digest = _pending.pop(name)
        _notes[0](seen, name, moment, int.from_bytes(digest.digest(), "little"))
    for path in list(_opened):
        name, digest_of = "file " + os.path.basename(path), _changed(path)
        if digest_of and name not in _passed:
            _notes[0](seen, name, moment, digest_of)


def watch(value: Any) -> None:
    """Watch a value that a line has bound, if it is a file that is open for writing."""
    kind = type(value)
    if kind.__module__ == "_io" and kind.__name__ in ("TextIOWrapper", "BufferedWriter") and id(value) not in _watched:
        name = getattr(value, "name", None)
        if not value.closed and value.writable() and type(name) is str:
            _watch_stream(value, "file " + os.path.basename(name))


def _watch_stream(stream: Any, name: str) -> None:
    """Hash what is written through a stream's own ``write``."""
    try:
        original = stream.write

        def write(data: Any) -> Any:
            _note(name, data)
            return original(data)

        stream.write = write
        _watched[id(stream)] = None
    except (AttributeError, TypeError):  # a stand-in of the program's own, or none at all
        return


def _note(name: str, data: Any) -> None:
    _passed.add(name)
    digest = _pending.get(name)
    if digest is None:
        digest = _pending[name] = blake2b(digest_size=8)
    digest.update(data.encode("utf-8", "surrogatepass") if type(data) is str else bytes(data))


def _audit(event: str, arguments: Any) -> None:
    if event == "open":
        path, mode, flags = arguments
        writes = type(flags) is int and flags & (os.O_WRONLY | os.O_RDWR)
        if writes and type(path) in (str, bytes) and _notes:
            name = os.path.abspath(os.fsdecode(path))
            if not name.startswith(("/dev/", "/proc/", *_own)) and not name.endswith((".pyc", ".lock")):
                _opened.setdefault(name, (-1, 0, 0))


def _changed(path: str) -> int:
    """Return a digest of a file that has changed since the last look, 0 for one that has not."""
    try:
        facts = posix.stat(path)
    except OSError:
        return 0
    now = (facts.st_size, facts.st_mtime_ns, facts.st_ino)
    if _opened[path] == now:
        return 0
    _opened[path] = now
    if facts.st_size > _LARGEST:
        return facts.st_size
    return _hash(path)


def _hash(path: str) -> int:
    digest = blake2b(digest_size=8)
    try:
        descriptor = posix.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return 0
    try:
        while piece := posix.read(descriptor, 1 << 20):
            digest.update(piece)
    finally:
        posix.close(descriptor)
    return int.from_bytes(digest.digest(), "little")
