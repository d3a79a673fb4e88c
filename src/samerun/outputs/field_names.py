"""What the name of a field says about its value: a moment, a span of time, a rate, a host, a process, a path.

A name is split into words (``meanFitTime``, ``mean_fit_time`` and ``mean fit time (s)`` alike). One of them must be a
word of its role, and what stands around it must leave it that role: ``epoch_time`` is a span, ``time_steps``,
``time_to_target`` and ``predicted_time`` are not.
"""

from __future__ import annotations

import re
from functools import lru_cache

from msgspec import Struct

UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1.0),
    **dict.fromkeys(("ms", "msec", "msecs", "millis", "millisecond", "milliseconds"), 1e-3),
    **dict.fromkeys(("us", "usec", "usecs", "micros", "microsecond", "microseconds"), 1e-6),
    **dict.fromkeys(("ns", "nsec", "nsecs", "nanos", "nanosecond", "nanoseconds"), 1e-9),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600.0),
}
"""Seconds in a unit of time."""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SELF_EVIDENT_UNITS = frozenset(UNITS) - {"s", "us", "min", "mins", "h", "ns"}
_SPANS = _set(
    "time times timing timings runtime walltime cputime duration durations elapsed latency latencies took clock"
)
_STAMPS = _set("timestamp timestamps ts datetime asctime")
_DATES = _set("date dates day")
_POINTS = _set(
    "utc start end begin began finish stop now when created started ended finished updated modified generated saved "
    "completed stopped logged recorded written built"
)
_AFTER = _set(
    "total mean avg average std min max median sum p this iter iteration since restore elapsed taken spent used cost "
    "start end started ended finished begin stop utc iso local unix train training fit fitting eval evaluation val "
    "valid validation test testing epoch batch forward backward data load loading inference predict prediction "
    "score scoring save saving wall cpu gpu real user sys system done all overall so far"
)
_PER = _set(
    "epoch step iter iteration it batch sample example token image img item fold call run query sentence trial "
    "round tree"
)
_DEEDS = _set("train fit load save run evaluate compute process predict")
_FOREIGN_BEFORE = _set(
    "target limit budget predicted pred true actual expected label y survival event arrival departure travel trip "
    "delivery lead reaction dwell sim simulated simulation game audio video clip media n num number count half due "
    "birth death order published release released visit admission discharge purchase pickup dropoff booking sale sales "
    "payment forecast horizon discrete continuous space no by per to of until"
)
_SETTINGS = _set(
    "timeout delay interval sleep target limit budget predicted expected survival horizon patience cooldown"
)
_PATHS = _set(
    "path paths dir dirs directory directories folder folders file files filename filenames filepath filepaths cwd "
    "pwd root workdir workspace tmp temp tmpdir tempdir logdir outdir savedir checkpoint checkpoints ckpt home "
    "location uri prefix executable argv args command cmd output outputs"
)
_HOSTS = _set("host hostname node nodename machine computer fqdn server")
_PIDS = _set("pid ppid pids process")
_OWNERS_OF_IDS = _set(
    "run session experiment trial trace job execution invocation request process task instance client"
)
_RATE = re.compile(
    r"(?:/\s?|[\s_-]per[\s_-]|Per)(?:s|sec|secs|second|seconds)\b(?![\s_-]?\w)|(?<=[A-Za-z])[_-]per[_-](?:s|sec|second)$",
    re.IGNORECASE,
)
_UNIT_PER = re.compile(rf"(?<![A-Za-z])({'|'.join(UNITS)})\s?/\s?(?=[A-Za-z])")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


class Roles(Struct, frozen=True):
    """What a name allows its value to be; ``unit`` is the seconds of one unit, None if the name has no unit."""

    moment: bool = False
    span: bool = False
    rate: bool = False
    host: bool = False
    pid: bool = False
    path: bool = False
    identity: bool = False
    unit: float | None = None
    text_only: bool = False

    def __bool__(self) -> bool:
        return any((self.moment, self.span, self.rate, self.host, self.pid, self.path, self.identity))


NOTHING = Roles()


def words(name: str) -> tuple[str, ...]:
    """Split a name at everything that is no letter, before capitals and digits, into lower-case words."""
    return tuple(word.lower() for word in _WORD.findall(name))


@lru_cache(maxsize=4096)
def roles_of(name: str) -> Roles:
    """Return what the name of one field says about its value; empty roles if nothing."""
    if _RATE.search(name):
        return Roles(rate=True)
    parts = tuple(word for word in words(_UNIT_PER.sub(r"\1 per ", name[:200])) if not word.isdigit())
    return _of_time(parts) or _of_place(parts)


@lru_cache(maxsize=4096)
def denies_time(name: str) -> bool:
    """Say whether what is written like a time is, by its name, a result or a setting: ``time_to_target``, ``delay``."""
    parts = frozenset(words(name[:200]))
    timely = parts & (_SPANS | _STAMPS | _DATES)
    return bool(parts & _SETTINGS) or bool(timely and (parts & _FOREIGN_BEFORE or not roles_of(name)))


def _of_time(parts: tuple[str, ...]) -> Roles:
    per = len(parts) > 2 and parts[-2] == "per" and parts[-1] in _PER and parts[-3] in UNITS
    parts, unit = _without_unit(parts[:-2] if per else parts, per)
    if unit is not None and not _SPANS.intersection(parts):
        return Roles(span=True, unit=unit) if not _FOREIGN_BEFORE.intersection(parts) else NOTHING
    for position, word in enumerate(parts):
        role = _time_word(word, parts[:position], parts[position + 1 :])
        if role and not _FOREIGN_BEFORE.intersection(parts[:position]):
            return Roles(moment=role != "span", span=role != "moment", unit=unit, text_only=parts == ("eta",))
    return NOTHING


def _time_word(word: str, before: tuple[str, ...], after: tuple[str, ...]) -> str:
    """Return ``span``, ``moment`` or ``either`` for a word of time in its place, empty for any other word."""
    pair = len(after) == 2 and after[1] in {"per": _PER, "for": _AFTER, "to": _DEEDS}.get(after[0], ())
    fits = pair or _AFTER.issuperset(after)
    if word in _SPANS and fits:
        return "either" if word in ("time", "times", "clock") else "span"
    if word == "eta" and not after:
        return "span"
    if word in _STAMPS | _DATES and fits:
        return "moment"
    if word in _POINTS and after in ((), ("at",), ("on",)):
        return "moment"
    return "moment" if word.endswith("ed") and after in (("at",), ("on",)) else ""


def _without_unit(parts: tuple[str, ...], per: bool) -> tuple[tuple[str, ...], float | None]:
    """Take the unit off the end: any after a word of time, else only one that cannot mean something else."""
    if not parts or parts[-1] not in UNITS:
        return parts, None
    if parts[-1] in _SELF_EVIDENT_UNITS or per or (_SPANS.intersection(parts) and parts[-1] not in ("min", "mins")):
        return parts[:-1], UNITS[parts[-1]]
    return parts, None


def _of_place(parts: tuple[str, ...]) -> Roles:
    if not parts:
        return NOTHING
    last, before = parts[-1], parts[-2] if len(parts) > 1 else ""
    if last in ("uuid", "guid") or (last == "id" and before in _OWNERS_OF_IDS):
        return Roles(identity=True, pid=last == "id" and before == "process")
    return Roles(path=last in _PATHS, host=last in _HOSTS, pid=last in _PIDS)
