"""Every disk call of samerun: written whole or not at all, private, and never through a link that leads out.

What may be lost, and when: ``write_atomic`` and ``AppendFile.append`` have handed the bytes to the operating system
when they return, so a killed process loses nothing; only ``durable=True`` (fsync of file and folder) survives a power
cut. All failures are ``OSError`` as the system gave it, except ``UnsafePath``.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from samerun.basics.locks import locked
from samerun.basics.paths import resolve_inside

__all__ = [
    "CHUNK",
    "AppendFile",
    "copy_file",
    "copy_new",
    "create_once",
    "files_below",
    "free_name",
    "is_temporary",
    "link_or_copy",
    "locked",
    "make_folder",
    "read_bytes",
    "read_regular",
    "remove_tree",
    "replacing",
    "resolve_inside",
    "share",
    "sync_folder",
    "temporary_name",
    "write_atomic",
]

CHUNK = 1 << 20
"""How many bytes are read or written in one call while copying."""

_FICLONE = 0x40049409
_NO_REFLINKS: set[int] = set()  # devices that have refused one: asking again costs more than a link
_CLOEXEC = getattr(os, "O_CLOEXEC", 0)
_NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOEXEC | _NOFOLLOW


def make_folder(path: Path) -> Path:
    """Create a folder and what is missing above it, readable by this user alone (0o700).

    Returns:
        ``path``; a folder that is there already keeps its mode.
    """
    missing = []
    folder = Path(path)
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        with suppress(FileExistsError):  # another process was faster; a file in its place shows below
            os.mkdir(each, 0o700)
    if missing and not Path(path).is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    return Path(path)


def read_bytes(path: Path) -> bytes:
    """Return the whole content of a file."""
    with open(path, "rb") as file:
        return file.read()


def read_regular(path: str | os.PathLike[str], count: int = -1) -> bytes:
    """Return the first bytes of a regular file, or all of it; a pipe or a device is refused, not waited for.

    Args:
        path: the file; a link to one is followed.
        count: how many bytes; -1 for all.

    Raises:
        OSError: it is not there, cannot be read, or is no file.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "it is no file")
        return file.read(count)


def write_atomic(path: Path, data: bytes, *, mode: int = 0o600, durable: bool = False) -> None:
    """Put ``data`` in place of whatever ``path`` holds, whole or not at all.

    Args:
        path: the file; its folder exists.
        data: its new content.
        mode: its permission bits, whatever the umask.
        durable: whether the bytes and the name are to survive a power cut (some milliseconds).
    """
    with replacing(path, mode=mode, durable=durable) as descriptor:
        _write_all(descriptor, data)


def create_once(path: Path, data: bytes) -> bool:
    """Put a new file there, whole, unless there is one already.

    Returns:
        Whether this call made it; of many at once exactly one does.
    """
    temporary = temporary_name(path)
    write_atomic(temporary, data)
    try:
        os.link(temporary, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError:  # no hard links here: the moment between looking and renaming is all that is left to chance
        if os.path.lexists(path):
            return False
        os.replace(temporary, path)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(temporary)
    return True


@contextmanager
def replacing(path: Path, *, mode: int = 0o600, durable: bool = False) -> Iterator[int]:
    """Give a descriptor of a new file that takes the place of ``path`` if the block ends without an exception."""
    temporary = temporary_name(path)
    descriptor = os.open(temporary, _NEW, 0o600)
    try:
        try:
            yield descriptor
            os.fchmod(descriptor, mode)
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    if durable:
        sync_folder(path.parent)


def temporary_name(path: Path) -> Path:
    """Return an unpredictable name beside ``path`` (the same folder: a rename across file systems is no rename)."""
    return path.with_name(f".{path.name[:60]}.{os.urandom(8).hex()}.tmp")


def is_temporary(name: str) -> bool:
    """Say whether a file's name is one of ``temporary_name``: what a killed writer leaves."""
    return name.startswith(".") and name.endswith(".tmp")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | _CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while len(view):
        written = os.write(descriptor, view)
        if written <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[written:]


class AppendFile:
    """A file that one process appends records to, each with one unbuffered write.

    At opening, a last record without its newline (a writer was killed in the middle of it) is cut off. A record
    that could only be written in part is taken back and reported: what ``append`` returned from is whole in the file.

    Args:
        path: the file; created with 0o600 if it is not there.
        durable: whether each record is to survive a power cut.
    """

    def __init__(self, path: Path, *, durable: bool = False) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | _CLOEXEC | _NOFOLLOW
        self.path = path
        self._durable = durable
        self._descriptor = os.open(path, flags, 0o600)
        self._cut_to: int | None = None
        try:
            _cut_torn_tail(self._descriptor)
        except BaseException:
            self.close()
            raise

    def append(self, data: bytes) -> None:
        """Append one record (it ends with a newline), or raise OSError and leave the file as it was."""
        if self._cut_to is not None:
            os.ftruncate(self._descriptor, self._cut_to)
            self._cut_to = None
        written = os.write(self._descriptor, data)
        if written != len(data):
            self._take_back(written)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self.path))
        if self._durable:
            self._sync()

    def _take_back(self, written: int) -> None:
        self._cut_to = os.fstat(self._descriptor).st_size - written
        with suppress(OSError):  # else it is tried again before the next record
            os.ftruncate(self._descriptor, self._cut_to)
            self._cut_to = None

    def _sync(self) -> None:
        try:
            os.fsync(self._descriptor)
        except OSError:
            # After a failed fsync the kernel calls the pages clean: a second fsync would succeed and mean nothing.
            self.close()
            raise

    def fileno(self) -> int:
        """Return the descriptor, for a lock."""
        return self._descriptor

    def is_empty(self) -> bool:
        """Say whether nothing was written yet."""
        return os.fstat(self._descriptor).st_size == 0

    def close(self) -> None:
        """Close the file; further records raise OSError (EBADF)."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


def _cut_torn_tail(descriptor: int) -> None:
    """Truncate after the last newline."""
    size = os.fstat(descriptor).st_size
    end = size
    while end > 0:
        start = max(0, end - CHUNK)
        newline = os.pread(descriptor, end - start, start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    if end != size:
        os.ftruncate(descriptor, end)


def copy_file(src: Path, dst: Path, *, mode: int = 0o400) -> Literal["reflink", "copy"]:
    """Copy a file, whole or not at all; never a link, so that writing to one never changes the other.

    Args:
        src: the file to copy (a symbolic link is followed).
        dst: where to; replaced if it is there.
        mode: the permission bits of the copy.

    Returns:
        ``reflink`` where the file system shares the blocks until one side is written, else ``copy``.
    """
    source = os.open(src, os.O_RDONLY | _CLOEXEC)
    try:
        with replacing(dst, mode=mode) as target:
            if _reflink(source, target):
                return "reflink"
            while data := os.read(source, CHUNK):
                _write_all(target, data)
            return "copy"
    finally:
        os.close(source)


def copy_new(src: Path, dst: Path, *, mode: int = 0o400) -> None:
    """Copy a file to where nothing is, in a folder that nobody else knows of: half the calls of ``copy_file``.

    A copy that fails is left as it is: the folder is of no use then.

    Args:
        src: the file to copy (a symbolic link is followed).
        dst: where to.
        mode: the permission bits of the copy.

    Raises:
        FileExistsError: something is there.
    """
    source = os.open(src, os.O_RDONLY | _CLOEXEC)
    try:
        target = os.open(dst, _NEW, 0o600)
        try:
            size = os.fstat(source).st_size
            if size < CHUNK or not _reflink(source, target):
                while data := os.read(source, CHUNK):
                    _write_all(target, data)
            os.fchmod(target, mode)
        finally:
            os.close(target)
    finally:
        os.close(source)


def _reflink(source: int, target: int) -> bool:
    try:
        fcntl.ioctl(target, _FICLONE, source)
    except OSError:
        return False
    return True


def link_or_copy(src: Path, dst: Path) -> Literal["link", "reflink", "copy"]:
    """Give one of samerun's own read-only files a second name; a copy where the file system has no hard links."""
    try:
        os.link(src, dst, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        return copy_file(src, dst, mode=0o400)
    return "link"


def share(src: Path, dst: Path) -> Literal["reflink", "link", "copy"]:
    """Give one of samerun's own read-only files a second name.

    A reflink where the file system has them: then whoever makes one of the two writable and changes it leaves the other
    as it is. Else a hard link, else a copy.
    """
    source = os.open(src, os.O_RDONLY | _CLOEXEC)
    try:
        if _share_blocks(source, dst):
            return "reflink"
    finally:
        os.close(source)
    how = link_or_copy(src, dst)
    return "link" if how == "link" else "copy"


def _share_blocks(source: int, dst: Path) -> bool:
    """Make a reflink of an open file; False, and nothing there, where the file system has none."""
    if os.fstat(source).st_dev in _NO_REFLINKS:
        return False
    temporary = temporary_name(dst)
    target = os.open(temporary, _NEW, 0o600)
    try:
        if not _reflink(source, target):
            _NO_REFLINKS.add(os.fstat(source).st_dev)
            return False
        os.fchmod(target, 0o400)
        os.link(temporary, dst, follow_symlinks=False)
    finally:
        os.close(target)
        os.unlink(temporary)
    return True


def remove_tree(path: Path) -> None:
    """Remove a file, a link, or a folder with all in it; links are never followed; nothing there is no error."""
    with suppress(FileNotFoundError):
        if not stat.S_ISDIR(mode := os.lstat(path).st_mode):
            os.unlink(path)
            return
        if mode & 0o700 != 0o700:
            os.chmod(path, 0o700)
        with os.scandir(path) as entries:
            below = [(Path(entry), entry.is_dir(follow_symlinks=False)) for entry in entries]
        for each, is_folder in below:
            remove_tree(each) if is_folder else each.unlink(missing_ok=True)
        os.rmdir(path)


def free_name(path: Path) -> Path:
    """Return ``path``, or ``path`` with -2, -3 ... before its suffix if that name is taken."""
    candidate, ordinal = path, 1
    while os.path.lexists(candidate):
        ordinal += 1
        candidate = path.with_name(f"{path.stem}-{ordinal}{path.suffix}")
    return candidate


def files_below(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield each file and link below ``root``, sorted: its path from there with ``/``, and its own stat."""
    with os.scandir(root) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            for relative, facts in files_below(Path(entry.path)):
                yield f"{entry.name}/{relative}", facts
        else:
            yield entry.name, entry.stat(follow_symlinks=False)
