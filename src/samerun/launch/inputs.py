"""The inputs of a run: hashed beside the program, by one thread that gives way to everybody else.

What a file was is what it was at its first open: its size, times and inode are taken there, inside the process; a file
that is no longer the same when its turn comes has the content that was put aside just before it changed, else an
unknown one, never the later one.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from msgspec import structs

from samerun.basics.hashing import StatKey, stat_key
from samerun.launch import reported
from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.launch.spool import SpoolReader
from samerun.launch.syntax import has_syntax, syntax_hash
from samerun.launch.tree import Tree
from samerun.launch.unread import Unread
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.observation import SeenFile

POLL_S = 0.1
_LOWEST_PRIORITY = 19


class InputFollower(threading.Thread):
    """Follows the reports and identifies each file that the program opened for reading.

    Args:
        reader: the reports.
        ground: where the program runs.
        tree: its folder before the start.
        keeper: the way into the store.
        started_ns: when the program started: what was made later is no input.

    ``facts`` are the inputs; ``earlier`` the files that the program changed, as they were, whether it read them or not.
    """

    def __init__(self, reader: SpoolReader, ground: Ground, tree: Tree, keeper: Keeper, started_ns: int) -> None:
        super().__init__(daemon=True, name="samerun-inputs")
        self.facts: dict[str, FileFact] = {}
        self.earlier: dict[str, FileFact] = {}
        self.unfinished = 0
        self._reader = reader
        self._ground = ground
        self._tree = tree
        self._keeper = keeper
        self._started_ns = started_ns
        self._unread = Unread(tree, ground, keeper)
        self._ended = threading.Event()

    def run(self) -> None:
        """Identify what is new, until the program has ended."""
        with suppress(OSError, AttributeError):  # Linux gives a thread its own priority, other systems do not
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LOWEST_PRIORITY)
        while not self._ended.wait(POLL_S):
            self._take_new()

    def stop(self) -> None:
        """Follow no longer."""
        self._ended.set()
        self.join()

    def finish(self, also: dict[str, SeenFile]) -> dict[str, FileFact]:
        """Identify what is left, and return all inputs by their name in the record.

        Args:
            also: everything read by absolute path, with what the folder watch saw; what is known already is passed
                over.
        """
        self.stop()
        self._take_new()
        for path, seen in also.items():
            name = self._ground.name(path)
            if name not in self.facts:
                self.unfinished += 1
                self._take(name, seen)
        self._unread.take_all(self.facts)  # not before: the watch over the folder would see us opening them
        return self.facts

    def _take_new(self) -> None:
        for event in self._reader.new_events():
            record = event.record
            if isinstance(record, reported.Before):
                self._take_earlier(record)
            elif isinstance(record, reported.Read):
                name = self._ground.name(record.path)
                if name not in self.facts:
                    seen = SeenFile(record.size, record.mtime_ns, record.ctime_ns, record.inode, record.device)
                    self._take(name, seen, time.time())

    def _take_earlier(self, record: reported.Before) -> None:
        """Take the copy of a file that the program was about to change: what it held when the run began."""
        copy = self._reader.copy(record)
        self._take_copy(record, copy)
        with suppress(OSError):  # it is in the store now if it may be
            copy.unlink()

    def _take_copy(self, record: reported.Before, copy: Path) -> None:
        name = self._ground.name(record.path)
        known = self._tree.files.get(name)
        if name in self.earlier or (known is not None and (known.hash is not None or known.link is not None)):
            return
        key = StatKey(record.size, record.mtime_ns, record.ctime_ns, record.inode, record.device)
        fact = self._identify(name, key, known, copy)
        self.earlier[name] = structs.replace(fact, read=False)
        if name in self.facts and self.facts[name].hash is None:
            self.facts[name] = structs.replace(fact, when=self.facts[name].when)

    def _take(self, name: str, seen: SeenFile, when: float | None = None) -> None:
        self._identify_as_seen(name, seen)
        if when is not None and name in self.facts:
            self.facts[name] = structs.replace(self.facts[name], when=round(when, 1))

    def _identify_as_seen(self, name: str, seen: SeenFile) -> None:
        known = self._tree.files.get(name)
        key = StatKey(seen.size, seen.mtime_ns, seen.ctime_ns, seen.inode, seen.device)
        made_since = seen.ctime_ns >= self._started_ns and not self._is_untouched(name, key)
        if known is not None and known.link is not None:
            self._take_linked(name, known)
        elif known is None and made_since:
            return  # the run made it: an output, or nobody's business
        elif known is None or (self._tree.keys.get(name) != key and not made_since):
            self.facts[name] = self._identify(name, key, known)
        elif known.hash is not None and (made_since or known.kept or not self._keeper.keeps):
            # Overwritten by the run before it was read, or as it was: its content before the start is known.
            self.facts[name] = self._with_syntax(name, structs.replace(known, read=True))
        elif not made_since:
            self.facts[name] = self._identify(name, key, known)

    def _is_untouched(self, name: str, key: StatKey) -> bool:
        """Say whether a file of the folder is as it was but for its inode: a changed mode, another name for it."""
        before = self._tree.keys.get(name)
        return before is not None and before._replace(ctime_ns=key.ctime_ns) == key

    def _take_linked(self, name: str, known: FileFact) -> None:
        """Take the file behind a symbolic link of the folder too."""
        self.facts[name] = structs.replace(known, read=True)
        real = os.path.realpath(self._ground.on_disk(name))
        target = self._ground.name(os.path.normpath(self._ground.tree / os.path.relpath(real, self._ground.real)))
        if target not in self.facts:
            with suppress(OSError):
                self._take(target, SeenFile(*stat_key(real)))

    def _identify(self, name: str, key: StatKey, known: FileFact | None, copy: Path | None = None) -> FileFact:
        """Hash and keep one file, or its copy in its name."""
        kept = self._keeper.keep_input(self._ground.on_disk(name), key, copy)
        base = known or FileFact(key.size, "outside" if os.path.isabs(name) else "plain")
        if isinstance(kept.hash, Missing) and name in self.earlier and self.earlier[name].hash is not None:
            return structs.replace(self.earlier[name], read=True)
        digest = None if isinstance(kept.hash, Missing) else kept.hash
        why = kept.hash.why if isinstance(kept.hash, Missing) else kept.why
        fact = structs.replace(
            base,
            size=key.size,
            hash=digest,
            why=why,
            mtime_ns=key.mtime_ns,
            kept=kept.kept,
            secret=kept.secret,
            read=True,
        )
        return self._with_syntax(name, fact)

    def _with_syntax(self, name: str, fact: FileFact) -> FileFact:
        if not has_syntax(name) or fact.hash is None:
            return fact
        content = self._keeper.content(fact.hash) if fact.kept else None  # the file itself may have changed since
        return structs.replace(fact, syntax=syntax_hash(content or self._ground.on_disk(name), name))
