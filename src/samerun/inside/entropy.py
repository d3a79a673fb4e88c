"""What a library would have taken from the operating system, supplied from a stream that a replay repeats.

A draw is keyed by the run's entropy, the process's label, the source, the thread's name (none in the main thread) and
the ordinal of the draw: no two draws of a run share a key, and the same draw of a replay gets the same bits. Without
entropy nothing is supplied and the draws are only noted.

    entropy SOURCE ORDINAL BITS FILE LINE IMPORTING DIRECT
        FILE:LINE the nearest line of the user's own code, empty where there is none; IMPORTING 1 where it only
        imported a library, which drew, or forked: whether what was drawn was ever used, ``drawn`` tells; DIRECT 1
        where no other library lies between that line and the generator
    unsupplied SOURCE FILE LINE
        the user's own code took bits from the operating system, which a replay cannot give again
"""

from __future__ import annotations

import itertools
import sys
from _thread import get_ident

from . import events, frames, identity, standins

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Mapping, Optional

EVERY = "*"
"""Among the released sources: all of them, but for those that stand there with ``KEPT`` before their name."""

KEPT = "!"

ALIKE = "="
"""Before the name of a source that is kept, too: whoever draws from it on a line gets what everybody gets there."""

_BLOCK = 512


class _Source:
    """What this process supplies from."""

    def __init__(
        self, key: bytes = b"", released: frozenset[str] = frozenset(), keys: Optional[dict[str, bytes]] = None
    ) -> None:
        self.key = key
        self.released = released
        self.keys = keys or {}

    def key_for(self, source: str) -> bytes:
        return self.keys.get(source, self.key)

    def releases(self, source: str) -> bool:
        """Say whether a source is left to the operating system; ``torch.cuda`` is meant by ``torch`` too."""
        names = (source, source.partition(".")[0])
        if EVERY in self.released:
            return not any(mark + name in self.released for mark in (KEPT, ALIKE) for name in names)
        return any(name in self.released for name in names)

    def is_alike(self, source: str) -> bool:
        """Say whether a line draws the same from a source whenever it draws, as if it had seeded it."""
        return ALIKE + source in self.released or ALIKE + source.partition(".")[0] in self.released


_source = _Source()
_ordinals: dict[tuple[str, str, str], Iterator[int]] = {}
_places: dict[tuple[str, str, int, int], int] = {}
_unsupplied: set[tuple[str, str, int]] = set()


def install(environment: Mapping[str, str]) -> None:
    """Take the run's entropy from ``environment``.

    Args:
        environment: SAMERUN_ENTROPY is 64 hexadecimal digits; SAMERUN_RELEASED names sources, separated by commas,
        which are left to the operating system all the same (``*,!numpy``: all but one; ``*,=numpy``: all but one, from
        which a line draws the same whenever it draws); SAMERUN_ENTROPY_OF gives single sources another entropy
        (``numpy=...,torch=...``).
    """
    global _source
    key = bytes.fromhex(environment.get("SAMERUN_ENTROPY", ""))
    identity.when_entered(_places.clear)
    pairs = [each.partition("=") for each in environment.get("SAMERUN_ENTROPY_OF", "").split(",") if "=" in each]
    keys = {source: bytes.fromhex(text)[:64] for source, _, text in pairs}
    _source = _Source(key[:64], frozenset(environment.get("SAMERUN_RELEASED", "").split(",")), keys)


def supplies(source: str) -> bool:
    """Return whether draws of ``source`` come from the run's entropy."""
    return bool(_source.key) and not _source.releases(source)


def draw(source: str, bits: int, unasked: bool = False) -> Optional[int]:
    """Return the next ``bits`` bits for ``source``, and note who asked.

    Args:
        source: the library whose generator asks: ``python``, ``numpy``, ``torch`` ...
        bits: how many.
        unasked: no line of the program asked for it: Python seeds a forked child anew by itself.

    Returns:
        A number below ``2**bits``; None where nothing is supplied, and the library has to ask the operating system as
        ever.
    """
    try:
        return _draw(source, bits, unasked)
    except Exception as error:  # the edge to the user's program
        standins.report("entropy for " + source, error)
        return None


def _draw(source: str, bits: int, unasked: bool) -> Optional[int]:
    thread = strand()
    ordinal = _ordinal(source, thread)
    file, line = _note(source, ordinal, bits, unasked)
    if not supplies(source):
        return None
    if _source.is_alike(source):
        return _stream(_source.key_for(source), (source, file, str(line)), bits)
    return _stream(_source.key_for(source), (identity.label(), source, thread, str(ordinal)), bits)


def silent(source: str, bits: int) -> Optional[int]:
    """Return the next ``bits`` bits for ``source`` and note nothing; None without entropy."""
    thread = strand()
    key = (identity.label(), source, thread, str(_ordinal(source, thread)))
    return _stream(_source.key_for(source), key, bits) if _source.key else None


def _ordinal(source: str, thread: str) -> int:
    return next(_ordinals.setdefault((identity.label(), source, thread), itertools.count(1)))


def unsupplied(source: str, file: str, line: int) -> bool:
    """Note, once for each line, that the user's own code took bits that a replay cannot give again.

    Returns:
        Whether it is the line's first time.
    """
    place = (source, file, line)
    if place in _unsupplied:
        return False
    _unsupplied.add(place)
    events.emit("unsupplied", source, file, line)
    return True


def _note(source: str, ordinal: int, bits: int, unasked: bool) -> tuple[str, int]:
    """Write the event for the first, second, fourth, eighth ... draw of a line, so that a loop cannot fill the disk.

    Returns:
        The line: its file and its number.
    """
    asker = frames.asker(sys._getframe(3))
    importing, direct = (1, 0) if unasked else (asker.importing, asker.direct)
    place = (source, asker.file, asker.line, importing)
    count = _places[place] = _places.get(place, 0) + 1
    if count & (count - 1) == 0:
        events.emit("entropy", source, ordinal, bits, asker.file, asker.line, importing, direct)
    return asker.file, asker.line


def strand() -> str:
    """Return the name of a thread that is not the main one: threads that draw at the same time do not change places."""
    thread = get_ident()
    if thread == identity.main_thread():
        return ""
    threading: Any = sys.modules.get("threading")
    # Not current_thread(), which would make, and count, an object for a thread that is not Python's own.
    known = getattr(threading, "_active", {}).get(thread)
    return "" if known is None else str(known.name)


def _stream(secret: bytes, key: tuple[str, ...], bits: int) -> int:
    message = "\0".join(key).encode("utf-8", "surrogateescape")
    value = 0
    for block in range(0, bits, _BLOCK):
        digest = _blake2b()(message + b"\0%d" % (block // _BLOCK), key=secret, digest_size=_BLOCK // 8).digest()
        value |= int.from_bytes(digest, "big") << block
    return value & ((1 << bits) - 1)


def _blake2b() -> Callable[..., Any]:
    # Imported at the first draw: a program that never draws does not load it. hashlib brings much more with it.
    try:
        from _blake2 import blake2b
    except ImportError:  # an interpreter that was built without its own
        from hashlib import blake2b
    return blake2b
