"""Files opened, listed, renamed and removed, as the interpreter's audit events tell it.

Each path is reported once a process for reading and once for writing; a forked child does not report again what its
parent has reported. Of the paths seen only hashes are kept. What opens files without the interpreter's knowledge is
seen by ``natives`` and by the recorder.
"""

from __future__ import annotations

import errno
import os
import posix
import stat
import sys

from . import databases, earlier, events, places

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Optional

    Handler = Callable[[tuple[Any, ...]], None]

_ACCESS = os.O_RDONLY | os.O_WRONLY | os.O_RDWR
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REGULAR = stat.S_IFREG
_KIND = 0o170000
_STAT = posix.stat

_read: set[int] = set()
_written: set[int] = set()
_told: set[int] = set()
_folder = [""]  # the working directory as last seen; only tells paths seen before from new ones


def install(environment: Mapping[str, str]) -> None:
    """Start listening to audit events."""
    sys.addaudithook(_make_hook(dict(_HANDLERS), events.fault, events.is_foreign))


def on(event: str, handler: Handler) -> None:
    """Let another part handle an audit event; to be called before ``install``."""
    _HANDLERS[event] = handler


def _make_hook(
    handlers: dict[str, Handler],
    fault: Callable[[str, BaseException], None],
    is_foreign: Callable[[BaseException], bool],
) -> Callable[[str, tuple[Any, ...]], None]:
    """Return the hook; it keeps all it needs itself, because modules are emptied before the last events come."""
    find = handlers.get
    refused = _Refused
    alive = _is_alive

    def hook(event: str, args: tuple[Any, ...]) -> None:
        handler = find(event)
        if handler is None:
            return
        try:
            handler(args)
        except refused as error:
            raise PermissionError(errno.EACCES, error.args[0], error.args[1]) from None
        except Exception as error:  # the edge to the user's program
            if alive() and is_foreign(error):
                raise
            if alive():
                fault("audit event " + event, error)

    return hook


def _is_alive() -> bool:
    """Say whether the modules still have their contents, which the interpreter takes from them when it ends."""
    return _STAT is not None


class _Refused(Exception):
    """A write below the guarded tree: the one thing that reaches the program."""


# ---------------------------------------------------------------------- opening


def _on_open(args: tuple[Any, ...]) -> None:
    path, mode, flags = args
    if type(path) is not str:
        path = _text(path)
        if not path:
            return
    if flags & _WRITES or (flags == 0 and mode and _mode_writes(mode)):
        _note_opened_for_writing(path, flags or os.O_WRONLY | os.O_CREAT)
        return
    key = hash(path) if path[:1] == "/" else hash((_folder[0], path))
    if key not in _read:
        _first_read(path, key, mode is None)


def _mode_writes(mode: str) -> bool:
    """Say whether a C-level ``fopen`` writes: it gives a mode, and no flags."""
    return "w" in mode or "a" in mode or "+" in mode


def _text(path: object) -> Optional[str]:
    """Return a path as text; None for a descriptor or anything else that names no file."""
    if isinstance(path, int) or path is None:
        return None
    return os.fsdecode(path)  # type: ignore[arg-type]


def _first_read(path: str, key: int, by_os_open: bool) -> None:
    full = _normal(path)
    if path[:1] != "/":
        key = hash((_folder[0], path))
    if "__pycache__" in full or sys.pycache_prefix:
        full = places.source_of(full)
    if not full or not places.is_seen(full):
        _read.add(key)
        return
    try:
        status = _STAT(full)
    except (OSError, ValueError):
        if path[:1] == "/" or not by_os_open:  # os.open may have been given a folder that the event does not tell
            _absent(full)
        return
    _read.add(key)
    if status.st_mode & _KIND == _REGULAR:
        _report_read(full, status)


def _normal(path: str) -> str:
    """Return the full path, and remember the working directory."""
    if path[:1] != "/":
        _folder[0] = os.getcwd()
    return places.normal(path)


def _absent(path: str) -> None:
    key = hash(("absent", path))
    if key not in _told and path[-1:] != ">":  # tracebacks look for a source file named <string>
        _told.add(key)
        events.emit("absent", path)


def _report_read(path: str, status: os.stat_result) -> None:
    key = hash(("read", path))
    if key in _told:
        return
    _told.add(key)
    numbers = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)
    events.write_line("read\t%s\t%d\t%d\t%d\t%d\t%d" % (events.escaped(path), *numbers))


def _note_opened_for_writing(path: str, flags: int) -> None:
    key = hash(path) if path[:1] == "/" else hash((_folder[0], path))
    if key in _written and not places.guards():
        return
    full = _normal(path)
    if path[:1] != "/":
        key = hash((_folder[0], path))
    _refuse(full)
    if "__pycache__" in full or not places.is_seen(full):
        _written.add(key)
        return
    status = _status(full)
    if status is not None and (status.st_mode & _KIND != _REGULAR or flags & os.O_EXCL):
        return  # a pipe or a device, or a claim that fails because the file is there
    if flags & _ACCESS == os.O_RDONLY and not flags & (os.O_CREAT | os.O_TRUNC):
        return
    _written.add(key)
    _report_opened(full, flags, status)


def _report_opened(path: str, flags: int, status: Optional[os.stat_result]) -> None:
    if status is not None and flags & _ACCESS != os.O_WRONLY and not flags & os.O_TRUNC:
        _report_read(path, status)
    if flags & _ACCESS != os.O_RDONLY or flags & os.O_TRUNC or status is None:
        _report_write(path, _how(flags), status)


def _how(flags: int) -> str:
    if flags & os.O_TRUNC:
        return "truncate"
    return "append" if flags & os.O_APPEND else "update"


def _status(path: str) -> Optional[os.stat_result]:
    try:
        return _STAT(path)
    except (OSError, ValueError):
        return None


def _report_write(path: str, how: str, status: Optional[os.stat_result]) -> None:
    key = hash(("write", path))
    if key in _told:
        return
    _told.add(key)
    size, moment = (status.st_size, status.st_mtime_ns) if status else (0, 0)
    if status is not None:
        _keep_earlier(path, status, how != "truncate")
    events.write_line("write\t%s\t%d\t%s\t%d\t%d" % (events.escaped(path), status is not None, how, size, moment))


def _keep_earlier(path: Optional[str], status: Optional[os.stat_result], needed: bool = False) -> None:
    if path is not None and status is not None and _counts(path):
        earlier.keep(path, status, needed or hash(("read", path)) in _told, _read)


def _refuse(path: str) -> None:
    reason = places.refusal(path)
    if reason:
        raise _Refused(reason, path)


# ---------------------------------------------------------------------- for other parts


def note_read(path: str) -> bool:
    """Report that native code opens ``path`` for reading; False where the file does not count."""
    full = _normal(path)
    if not places.is_seen(full):
        return False
    status = _status(full)
    if status is None:
        _absent(full)
    elif status.st_mode & _KIND == _REGULAR:
        _report_read(full, status)
    return True


def note_write(path: str, how: str) -> bool:
    """Report that native code opens ``path`` for writing; False where the file does not count.

    Args:
        path: the file.
        how: ``truncate``, ``append`` or ``update``.

    Raises:
        PermissionError: the file lies in the guarded tree.
    """
    full = _normal(path)
    reason = places.refusal(full)
    if reason:
        raise PermissionError(errno.EACCES, reason, full)
    if not places.is_seen(full):
        return False
    status = _status(full)
    if status is None or status.st_mode & _KIND == _REGULAR:
        _report_write(full, how, status)
    return True


def note_written(path: str, before: Optional[tuple[int, int]]) -> None:
    """Report a file that has been written already; ``before`` is its former (size, mtime_ns), None if it is new."""
    full = _normal(path)
    key = hash(("write", full))
    if key in _told or not places.is_seen(full):
        return
    _told.add(key)
    size, moment = before or (0, 0)
    how = "update" if before else "truncate"
    events.write_line("write\t%s\t%d\t%s\t%d\t%d" % (events.escaped(full), before is not None, how, size, moment))


# ---------------------------------------------------------------------- everything else that happens to files


def _at(path: Any, folder: Any = -1) -> Optional[str]:
    """Return the full path of an event's path and, where it has one, its folder's descriptor."""
    if isinstance(path, int):
        return _of_descriptor(path)
    text = "." if path is None else os.fsdecode(path)
    if text[:1] != "/" and isinstance(folder, int) and folder >= 0:
        base = _of_descriptor(folder)
        return None if base is None else places.normal(base + "/" + text)
    return places.normal(text)


def _of_descriptor(descriptor: int) -> Optional[str]:
    try:
        return os.readlink("/proc/self/fd/%d" % descriptor)
    except OSError:
        return None


def _tell(name: str, *paths: Optional[str]) -> None:
    """Report an event of one or two paths once, if one of them counts."""
    key = hash((name, paths))
    known = [path for path in paths if path is not None]
    for path in known:
        _refuse(path)
    if key in _told or len(known) < len(paths) or not any(map(_counts, known)):
        return
    _told.add(key)
    events.emit(name, *known)


def _counts(path: str) -> bool:
    return "__pycache__" not in path and places.is_seen(path)


def _on_list(args: tuple[Any, ...]) -> None:
    path = _at(args[0])
    key = hash(("list", path))
    if path is None or key in _told or not places.is_seen(path + "/") or path.startswith("/dev/"):
        return
    if places.is_machinery(_caller()):
        return
    _told.add(key)
    events.emit("list", path)


def _caller() -> str:
    """Return the file of the code that caused the audit event: the first frame outside of this module."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame.f_code.co_filename


def _on_rename(args: tuple[Any, ...]) -> None:
    source, target, *folders = args
    from_folder, to_folder = folders if len(folders) == 2 else (-1, -1)
    before, after = _at(source, from_folder), _at(target, to_folder)
    _keep_earlier(before, _status(before or ""), needed=True)
    _keep_earlier(after, _status(after or ""))
    _tell("rename", before, after)


def _on_remove(args: tuple[Any, ...]) -> None:
    path = _at(args[0], args[1] if len(args) > 1 else -1)
    if hash(("read", path)) in _told:
        _keep_earlier(path, _status(path or ""))
    _tell("remove", path)


def _on_link(args: tuple[Any, ...]) -> None:
    source, target, *folders = args
    from_folder, to_folder = folders if len(folders) == 2 else (-1, -1)
    _tell("link", _at(source, from_folder), _at(target, to_folder))


def _on_symlink(args: tuple[Any, ...]) -> None:
    target = _at(args[1], args[2] if len(args) > 2 else -1)
    if target is not None:
        _tell("link", places.normal(os.path.join(os.path.dirname(target), os.fsdecode(args[0]))), target)


def _on_truncate(args: tuple[Any, ...]) -> None:
    path = _at(args[0])
    if path is not None:
        _refuse(path)
        if _counts(path):
            _report_write(path, "update", _status(path))


def _on_mkdir(args: tuple[Any, ...]) -> None:
    _tell("mkdir", _at(args[0], args[2] if len(args) > 2 else -1))


def _on_rmdir(args: tuple[Any, ...]) -> None:
    _tell("rmdir", _at(args[0], args[1] if len(args) > 1 else -1))


def _on_sqlite(args: tuple[Any, ...]) -> None:
    """A database is read if it is there; whether it is changed is known only by its content."""
    plain, may_write = databases.file_of(os.fsdecode(args[0]))
    if not plain:
        return
    if os.path.exists(plain):
        note_read(plain)
    if may_write:
        _note_opened_for_writing(plain, os.O_RDWR | os.O_CREAT)


def _on_chdir(args: tuple[Any, ...]) -> None:
    _folder[0] = ""


_HANDLERS: dict[str, Handler] = {
    "open": _on_open,
    "os.listdir": _on_list,
    "os.scandir": _on_list,
    "os.rename": _on_rename,
    "os.remove": _on_remove,
    "os.link": _on_link,
    "os.symlink": _on_symlink,
    "os.truncate": _on_truncate,
    "os.mkdir": _on_mkdir,
    "os.rmdir": _on_rmdir,
    "os.chdir": _on_chdir,
    "sqlite3.connect": _on_sqlite,
}
