"""What was not kept, in a line that a person reads: how many files, how much, which is the biggest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from samerun.launch.allowance import NEVER
from samerun.record.files import FileFact
from samerun.record.missing import NotCaptured
from samerun.report.plain_words import plural, shorten, size

INPUTS, UNREAD = "inputs", "files that nothing read"
"""What such a line is about."""

_UNREAD_STATES = ("changed", "untracked")


def not_kept(inputs: Mapping[str, FileFact], folder: Mapping[str, FileFact]) -> list[NotCaptured]:
    """Return what a replay may miss, a line for all that is known by its hash alone and one for each unknown content.

    Args:
        inputs: what the program read.
        folder: the project's folder before the start.
    """
    unread = {
        name: fact
        for name, fact in folder.items()
        if name not in inputs and fact.state in _UNREAD_STATES and fact.why and not (fact.kept or fact.secret)
        # A big file of the commit was not looked into: git has it.
        if not (fact.blob and fact.hash is None)
    }
    return [
        *_line(INPUTS, {name: fact for name, fact in inputs.items() if is_known_only(fact)}),
        *_line(UNREAD, {name: fact for name, fact in unread.items() if fact.link is None and fact.size}),
        *(NotCaptured(name, fact.why) for name, fact in inputs.items() if _is_a_gap(fact)),
    ]


def is_known_only(fact: FileFact) -> bool:
    """Say whether a file that was read is identified, and its content not kept although it might have been."""
    return fact.hash is not None and not fact.kept and not fact.secret and fact.link is None and bool(fact.why)


def _is_a_gap(fact: FileFact) -> bool:
    return fact.link is None and not fact.kept and bool(fact.why) and not is_known_only(fact)


def _line(what: str, facts: Mapping[str, FileFact]) -> Iterator[NotCaptured]:
    if not facts:
        return
    total = size(sum(fact.size for fact in facts.values()))
    names = sorted(facts, key=lambda name: (-facts[name].size, name))
    biggest = f"{shorten(names[0], 60)} ({size(facts[names[0]].size)})"
    count = plural(len(facts), "file")
    which = f"{biggest} was not kept" if len(facts) == 1 else f"{count} ({total}) were not kept, the biggest {biggest}"
    known = "; known by hash" if what == INPUTS else ""
    yield NotCaptured(what, f"{which}{known}: {_reasons(fact.why for fact in facts.values())}")


def _reasons(whys: Iterable[str]) -> str:
    counts: dict[str, int] = {}
    for why in whys:
        counts[why] = counts.get(why, 0) + 1
    if set(counts) == {NEVER}:
        return "--keep-inputs never"
    many = len(counts) > 1
    return ", ".join(f"{count:,} {why}" if many else why for why, count in counts.items())
