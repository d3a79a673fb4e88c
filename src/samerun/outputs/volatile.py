"""Which differing fields do not count: their name says what they are, and their value is the run's own.

The rule is strict on purpose: a name alone is never enough, and a count or a number that merely follows the clock is a
difference. ``docs/volatile.md`` tells it to users.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from samerun.outputs.comparing import Comparing
from samerun.outputs.field_names import NOTHING, Roles, roles_of, words
from samerun.outputs.moments import MOMENTS, compiled, is_moment, is_span
from samerun.record.window import NamedWindow, Window

UUID = re.compile(
    r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])[0-9a-f]{32}(?![0-9A-Za-z])"
)
_TEMPORARY = re.compile(
    r"(?<![\w/])(/tmp|/var/tmp|/dev/shm|/var/folders/\S{1,80}?/T)/(tmp|pymp-|torchelastic_)[a-z0-9_]{8}(?!\w)"
)
_GROUPS = ("time", "times", "timing", "timings", "duration", "durations", "seconds", "elapsed", "latency", "dates")
_COUNTS = frozenset(("n", "num", "number", "count", "counts", "step", "steps", "epochs", "batches", "samples", "loss"))

DECLARED = "declared volatile by the project"


def why_volatile(names: Sequence[str], a: object, b: object, comparing: Comparing) -> str:
    """Say why two differing values of one field do not count.

    Args:
        names: the field's name, last, and those of what it is in, the outermost first: ``("timings", "train")``.
        a: the value in the first run, a plain scalar.
        b: the value in the second.
        comparing: both windows, and the names that the project declared.

    Returns:
        The reason, such as ``a span of time within the run``; empty if the difference counts.
    """
    if is_declared(names, comparing):
        return DECLARED
    if not (isinstance(a, str | int | float) and isinstance(b, str | int | float)):
        return ""
    if isinstance(a, str) and isinstance(b, str) and own(a, comparing.a) == own(b, comparing.b):
        return "a path or name of the run"
    return why_of_roles(_roles(names), a, b, comparing)


def is_declared(names: Sequence[str], comparing: Comparing) -> bool:
    """Say whether the project declared a field volatile, by its own name or by the dotted one."""
    if not comparing.volatile_names or not names:
        return False
    full = (names[-1], ".".join(names))
    return any(fnmatchcase(name, pattern) for pattern in comparing.volatile_names for name in full)


def why_of_roles(roles: Roles, a: object, b: object, comparing: Comparing) -> str:
    """Say why two values do not count, of which it is known what their name allows; empty if they do."""
    sides = ((a, comparing.a), (b, comparing.b))
    if roles.text_only and not (isinstance(a, str) and isinstance(b, str)):
        return ""
    tests = (
        (roles.moment, "a moment within the run", is_moment),
        (roles.span, "a span of time within the run", lambda value, window: is_span(value, window, roles.unit)),
        (roles.rate, "a rate over a span of the run", _is_rate),
        (roles.host, "the host of the run", _is_host),
        (roles.pid, "a process of the run", _is_pid),
        (roles.identity, "an identity drawn for the run", _is_identity),
    )
    return next((why for has, why, test in tests if has and all(test(*side) for side in sides)), "")


def own(text: str, window: Window) -> str:
    """Return ``text`` with the run's own folders, temporary folders, names, id and host written as placeholders."""
    for folder in sorted(window.paths, key=len, reverse=True):
        if len(folder) > 1:
            text = text.replace(folder.rstrip("/"), "{folder}")
    if window.run_id:
        text = text.replace(window.run_id, "{run}")
    if isinstance(window, NamedWindow):
        for name, pattern in window.names:
            text = text.replace(name, pattern)
    if len(window.host) > 1:
        text = re.sub(rf"(?<![\w.-]){re.escape(window.host)}(?![\w-])", "{host}", text)
    return _TEMPORARY.sub(r"\1/{temporary}", text)


def normalise_name(path: str, run_id: str = "") -> str:
    """Return a path with what differs from run to run as placeholders, to pair the outputs of two runs.

    Args:
        path: an output's path.
        run_id: the id of the run that wrote it, if known.

    Returns:
        The path with the run id, uuids and their beginnings, hashes, moments, and version numbers (``version_3``,
        ``run-7``, ``v2``) replaced.
    """
    if run_id:
        path = path.replace(run_id, "{run}")
    path = _EVENTS.sub(r"events.out.tfevents.{time}\1", path)
    path = _TOKEN.sub("{uuid}", UUID.sub("{uuid}", path))
    for pattern in _NAME_MOMENTS:
        path = compiled(pattern).sub("{time}", path)
    return _VERSION.sub(r"\1\2{version}", path)


def drawn_names(paths: Iterable[str], run_id: str = "") -> tuple[tuple[str, str], ...]:
    """Return the names with a moment or a uuid in them that a run gave its own outputs, each with its pattern.

    Args:
        paths: the outputs' paths.
        run_id: the run's id.

    Returns:
        Names of folders, of files, and of files without their endings, the longest first. Where two share a pattern
        neither is there: which of them a text means would be lost.
    """
    parts = {part for path in paths for part in PurePosixPath(path).parts}
    parts |= {PurePosixPath(part).stem for part in parts}
    patterns = {part: normalise_name(part, run_id) for part in parts}
    often = Counter(patterns.values())
    drawn = [(part, each) for part, each in patterns.items() if ("{time}" in each or "{uuid}" in each)]
    return tuple(sorted((each for each in drawn if often[each[1]] == 1), key=lambda each: (-len(each[0]), each[0])))


_EVENTS = re.compile(r"events\.out\.tfevents\.\d{9,11}\.[^/]*?(?:\.\d+(\.\d+))?(?=\.v2$|$|/|\.profile-empty$)")
_NOT_IN_A_WORD = r"(?<![0-9A-Za-z])(?:%s)(?![0-9A-Za-z])"
_NAME_MOMENTS = tuple(
    _NOT_IN_A_WORD % pattern
    for pattern in (
        *MOMENTS[:-1],
        r"1[0-9]{9}(?:\.[0-9]+|[0-9]{3}|[0-9]{6}|[0-9]{9})?",
        r"(?<=\{time\}[/_-])[0-2]\d([-:.])[0-5]\d\1[0-5]\d",
    )
)
_TOKEN = re.compile(r"(?<![0-9A-Za-z])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{6,64}(?![0-9A-Za-z])")
"""The beginning of a uuid (``uuid4().hex[:8]``) or a hash: letters and digits, both."""

_VERSION = re.compile(r"(?<![A-Za-z0-9])(version|ver|run|runs|exp|experiment|trial|job|v)([-_]?)\d+(?![A-Za-z0-9])")


def _roles(names: Sequence[str]) -> Roles:
    """Return the roles of the field's own name, else of the group it is in: ``timings.train``."""
    if not names:
        return NOTHING
    roles = roles_of(names[-1])
    if roles or len(names) < 2 or _COUNTS.intersection(words(names[-1])):
        return roles
    group = words(names[-2])
    return roles_of(names[-2]) if group and group[-1] in _GROUPS else NOTHING


def _is_rate(value: object, window: Window) -> bool:
    """A rate has nothing to be held against but that it is positive: a count over some span of the run."""
    if isinstance(value, str):
        return bool(re.fullmatch(r"\d+(?:\.\d*)?(?:[eE][+-]?\d+)?\s?\w{0,10}(?:/s(?:ec(?:ond)?)?)?", value.strip()))
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf")


def _is_host(value: object, window: Window) -> bool:
    return bool(window.host) and value in (window.host, window.host.partition(".")[0])


def _is_pid(value: object, window: Window) -> bool:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    return isinstance(value, int) and not isinstance(value, bool) and value in window.pids


def _is_identity(value: object, window: Window) -> bool:
    return isinstance(value, str) and bool(UUID.fullmatch(value) or (window.run_id and value == window.run_id))
