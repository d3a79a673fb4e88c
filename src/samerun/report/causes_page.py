"""The pages of ``explain`` and ``check``: what made the difference, what did not, what could not be tried."""

from __future__ import annotations

from collections.abc import Sequence

from samerun.record.cause import Cause, Explanation, NotCause, Unconfirmed
from samerun.report.plain_words import Paint, clean, unpainted

MOST = 12
"""How many lines a list shows."""


def explanation_page(found: Explanation, paint: Paint = unpainted) -> str:
    """Return the page of ``explain``."""
    sections = [
        [_headline(found, paint)],
        *(cause_lines(cause, paint) for cause in found.causes),
        listed("Did not matter", [_subject(each) for each in found.not_causes], paint),
        listed("Could not be tried", [f"{_subject(each)}: {clean(each.why)}" for each in found.unconfirmed], paint),
        listed("Notes", [clean(note) for note in found.notes], paint),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _headline(found: Explanation, paint: Paint) -> str:
    runs = f"{found.replays} {'replay' if found.replays == 1 else 'replays'}"
    if found.same:
        return paint("same", "good") + ": the two runs have the same result; there is nothing to explain."
    if not found.causes:
        return paint("not explained", "warn") + f": no cause was confirmed ({runs})."
    count = len(found.causes)
    what = "this made the difference" if count == 1 else f"these {count} made the difference"
    return paint("explained", "good") + f": {what}, confirmed by {runs}."


def cause_lines(cause: Cause, paint: Paint = unpainted) -> list[str]:
    """Return the lines of one cause: what and where, how it was confirmed, what to do."""
    where = f"  {clean(cause.where)}" if cause.where else ""
    lines = [paint(f"{cause.kind}  {clean(cause.subject)}", "bad") + where]
    lines += [f"  {clean(cause.evidence)}"] if cause.evidence else []
    return [*lines, f"  do: {clean(cause.advice)}"] if cause.advice else lines


def _subject(each: NotCause | Unconfirmed) -> str:
    return f"{each.kind}  {clean(each.subject)}"


def listed(title: str, lines: Sequence[str], paint: Paint) -> list[str]:
    """Return a titled list, cut where it is long; nothing where it is empty."""
    if not lines:
        return []
    more = [paint(f"  and {len(lines) - MOST:,} more", "dim")] if len(lines) > MOST else []
    return [paint(title, "strong"), *(f"  {line}" for line in lines[:MOST]), *more]
