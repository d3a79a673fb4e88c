"""What happens to the files of known folders, as the kernel tells it: a check on what processes report.

It sees native code and programs that are no Python, and does not see who it was; nor what happens through a mapped
file, or in a folder that was never watched. Elsewhere than on Linux it sees nothing, and says so.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_MODIFY, _CLOSE_WRITE, _OPEN = 0x2, 0x8, 0x20
_MOVED_FROM, _MOVED_TO, _CREATE, _DELETE = 0x40, 0x80, 0x100, 0x200
_OVERFLOW, _IGNORED, _DIRECTORY = 0x4000, 0x8000, 0x40000000
_ONLY_FOLDERS, _NO_FOLLOW = 0x01000000, 0x02000000
_MASK = _MODIFY | _CLOSE_WRITE | _OPEN | _MOVED_FROM | _MOVED_TO | _CREATE | _DELETE | _ONLY_FOLDERS | _NO_FOLLOW
_HEADER = struct.Struct("iIII")
_BUFFER = 1 << 18

SKIPPED = frozenset({".git", ".hg", ".svn", ".venv", "node_modules", "__pycache__", ".tox", ".nox", ".mypy_cache"})
"""Folders that are nobody's result, by name."""

MOST_FOLDERS = 8192
"""How many folders are watched at most; the kernel has a limit of its own for each user."""


def skip_nothing(path: Path) -> bool:
    """Skip no folder but those of ``SKIPPED``."""
    return False


class FolderWatch:
    """Watches folders and all below them; between ``start`` and ``stop`` the sets grow.

    ``opened`` are files that were opened (by whomever, also for writing), ``written`` those that were changed or
    closed after having been open for writing, ``created`` and ``deleted`` those that came and went, ``moved`` the
    names that files were given by a rename (the old names are in ``deleted``). ``reasons`` says what was not seen, in
    half sentences.

    Args:
        folders: the folders to watch; one that is not there is passed over.
        skip: says of a folder that it and all below it is left out, besides the names of ``SKIPPED`` (environments
            are recognised by their ``pyvenv.cfg``).
        most: how many folders are watched at most.
    """

    def __init__(
        self, folders: Sequence[Path], skip: Callable[[Path], bool] = skip_nothing, most: int = MOST_FOLDERS
    ) -> None:
        self.opened: set[str] = set()
        self.written: set[str] = set()
        self.created: set[str] = set()
        self.moved: set[str] = set()
        self.deleted: set[str] = set()
        self.reasons: list[str] = []
        self._folders = [Path(os.path.abspath(folder)) for folder in folders]
        self._skip = skip
        self._most = most
        self._paths: dict[int, str] = {}
        self._kernel: _Kernel | None = None
        self._thread: threading.Thread | None = None
        self._wake = (-1, -1)

    def start(self) -> None:
        """Begin to watch; what happens from its return on is seen."""
        try:
            self._kernel = _Kernel()
        except OSError as error:
            self.reasons.append(f"what native code and other programs open is not seen ({error.strerror or error})")
            return
        for folder in self._folders:
            self._add_tree(str(folder))
        self._wake = os.pipe()
        self._thread = threading.Thread(target=self._follow, name="samerun-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Take in what has happened so far, and end."""
        if self._kernel is None or self._thread is None:
            return
        os.write(self._wake[1], b"x")
        self._thread.join()
        for descriptor in self._wake:
            os.close(descriptor)
        # The kernel takes 15 ms to forget a thousand watches; nobody has to wait for that.
        threading.Thread(target=os.close, args=(self._kernel.descriptor,), name="samerun-unwatch").start()
        self._thread = None

    def __enter__(self) -> FolderWatch:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _follow(self) -> None:
        assert self._kernel is not None
        watched = select.poll()
        watched.register(self._kernel.descriptor, select.POLLIN)
        watched.register(self._wake[0], select.POLLIN)
        ended = False
        while not ended:
            ready = watched.poll()
            ended = any(descriptor == self._wake[0] for descriptor, _ in ready)
            while self._take():
                pass

    def _take(self) -> bool:
        """Take in one buffer of events; False if there are none left."""
        assert self._kernel is not None
        try:
            data = os.read(self._kernel.descriptor, _BUFFER)
        except BlockingIOError:
            return False
        for number, mask, name in _events(data):
            self._note(number, mask, name)
        return True

    def _note(self, number: int, mask: int, name: str) -> None:
        if mask & _OVERFLOW:
            self._say("more happened to files at once than the kernel keeps")
        folder = self._paths.get(number)
        if mask & _IGNORED:
            self._paths.pop(number, None)
        elif folder is not None and name:
            path = f"{folder}/{name}"
            self._note_folder(path, mask) if mask & _DIRECTORY else self._note_file(path, mask)

    def _note_folder(self, path: str, mask: int) -> None:
        if mask & (_CREATE | _MOVED_TO):
            self._add_tree(path, is_new=bool(mask & _CREATE))

    def _note_file(self, path: str, mask: int) -> None:
        for bits, paths in (
            (_OPEN, self.opened),
            (_MODIFY | _CLOSE_WRITE, self.written),
            (_CREATE, self.created),
            (_MOVED_TO, self.moved),
            (_DELETE | _MOVED_FROM, self.deleted),
        ):
            if mask & bits:
                paths.add(path)

    def _add_tree(self, top: str, is_new: bool = False) -> None:
        """Watch a folder and those below; what a new one holds already has come before the watch."""
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            if not self._add(folder):
                continue
            for entry in _entries(folder):
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif is_new:
                    self.created.add(entry.path)
                    self.written.add(entry.path)

    def _add(self, folder: str) -> bool:
        if self._is_skipped(folder):
            return False
        if len(self._paths) >= self._most:
            return self._say(f"only the first {self._most} folders are watched")
        assert self._kernel is not None
        try:
            number = self._kernel.add(folder)
        except OSError as error:
            return error.errno != 28 or self._say("the kernel watches no more folders for this user")
        known = number in self._paths
        self._paths[number] = folder
        return not known

    def _is_skipped(self, folder: str) -> bool:
        if folder in map(str, self._folders):
            return False
        path = Path(folder)
        return path.name in SKIPPED or os.path.exists(f"{folder}/pyvenv.cfg") or self._skip(path)

    def _say(self, reason: str) -> bool:
        if reason not in self.reasons:
            self.reasons.append(reason)
        return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # gone already
        return []


def _events(data: bytes) -> Iterator[tuple[int, int, str]]:
    """Yield (watch, mask, name) of a buffer of inotify events."""
    place = 0
    while place + _HEADER.size <= len(data):
        number, mask, _, length = _HEADER.unpack_from(data, place)
        place += _HEADER.size
        yield number, mask, os.fsdecode(data[place : place + length].rstrip(b"\0"))
        place += length


class _Kernel:
    """The three calls of inotify.

    Raises:
        OSError: there is no inotify here, or the user has used up its instances.
    """

    def __init__(self) -> None:
        if not sys.platform.startswith("linux"):
            raise OSError(0, "only Linux has inotify")
        self._library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(self._library, "inotify_init1"):
            raise OSError(0, "the C library has no inotify")
        self.descriptor: int = self._library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        if self.descriptor < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    def add(self, folder: str) -> int:
        """Watch one folder and return the watch's number."""
        number: int = self._library.inotify_add_watch(self.descriptor, os.fsencode(folder), _MASK)
        if number < 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return number
