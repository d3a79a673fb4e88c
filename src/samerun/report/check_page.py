"""The page of ``check``: is it reproducible, why not, what it is sensitive to, what it is not."""

from __future__ import annotations

from samerun.record.cause import Check, Sensitivity
from samerun.report.causes_page import cause_lines, listed
from samerun.report.plain_words import Paint, clean, unpainted


def check_page(found: Check, paint: Paint = unpainted) -> str:
    """Return the page of ``check``."""
    sections = [
        _head(found, paint),
        *(cause_lines(cause, paint) for cause in found.causes),
        *(_sensitivity(each, paint) for each in found.sensitive_to),
        listed("Makes no difference", [", ".join(found.insensitive_to)] if found.insensitive_to else [], paint),
        listed(
            "Could not be told",
            [f"{each.kind}  {clean(each.subject)}: {clean(each.why)}" for each in found.unconfirmed],
            paint,
        ),
        listed("Notes", [clean(note) for note in found.notes], paint),
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def _head(found: Check, paint: Paint) -> list[str]:
    runs = f"{found.replays} {'replay' if found.replays == 1 else 'replays'}"
    return [
        f"Reproducible as it is:   {_answer(found.reproducible, paint)}",
        f"Reproducible, recorded:  {_answer(found.reproducible_when_recorded, paint)}",
        paint(f"{runs}; {_count(len(found.causes), 'cause')}, {_count(len(found.sensitive_to), 'sensitivity')}", "dim"),
    ]


def _answer(yes: bool | None, paint: Paint) -> str:
    if yes is None:
        return paint("not found out", "warn")
    return paint("yes", "good") if yes else paint("no", "bad")


def _count(number: int, what: str) -> str:
    plural = what.removesuffix("y") + "ies" if what.endswith("y") else what + "s"
    return f"{number or 'no'} {what if number == 1 else plural}"


def _sensitivity(each: Sensitivity, paint: Paint) -> list[str]:
    where = f"  {clean(each.where)}" if each.where else ""
    lines = [paint(f"sensitive to {each.kind}  {clean(each.subject)}".rstrip(), "warn") + where]
    lines += [f"  {clean(each.evidence)}"] if each.evidence else []
    return [*lines, f"  do: {clean(each.advice)}"] if each.advice else lines
