"""How good an answer is: the planted causes named exactly, nothing else, on the right lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from zoo.asking import Answer
from zoo.case import Case, Thing


@dataclass(frozen=True)
class Score:
    """One case judged.

    ``exact`` says whether everything was named and nothing else; ``alarms`` are the things that were named and are
    none; ``missed`` those that were not named; ``lines`` how many of ``lines_asked`` lines were right; ``wrong`` are
    sentences about what else is not as it should be.
    """

    case: Case
    answer: Answer
    exact: bool
    alarms: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    lines: int = 0
    lines_asked: int = 0
    wrong: tuple[str, ...] = ()


def score(case: Case, answer: Answer) -> Score:
    """Judge an answer.

    Args:
        case: what is true.
        answer: what was said.
    """
    named = [*answer.causes, *([] if case.reached else answer.unconfirmed)]
    missed = [*_missed(case.causes, named), *_missed(case.sensitive, answer.sensitive)]
    alarms = [*_alarms(case.causes, answer.causes), *_alarms(case.sensitive, answer.sensitive, case.may)]
    wrong = [answer.trouble] if answer.trouble else list(_flags(case, answer))
    asked, right = _lines(case, answer)
    return Score(
        case,
        answer,
        exact=not (missed or alarms or wrong),
        alarms=tuple(alarms),
        missed=tuple(missed),
        lines=right,
        lines_asked=asked,
        wrong=tuple(wrong),
    )


def fits(true: Thing, said: Thing) -> bool:
    """Say whether a named thing is a planted one: its kind, and its subject where the case has one."""
    if true.kind != said.kind:
        return False
    return not true.subjects or any(_same_name(a, b) for a in true.subjects for b in said.subjects)


def _same_name(one: str, other: str) -> bool:
    return one.strip().lower().replace(" ", "") == other.strip().lower().replace(" ", "")


def _missed(true: Sequence[Thing], said: Sequence[Thing]) -> Iterator[str]:
    return (_label(thing) for thing in true if not any(fits(thing, each) for each in said))


def _alarms(true: Sequence[Thing], said: Sequence[Thing], may: frozenset[str] = frozenset()) -> Iterator[str]:
    return (_label(each) for each in said if each.kind not in may and not any(fits(thing, each) for thing in true))


def _label(thing: Thing) -> str:
    subject = next(iter(thing.subjects), "")
    return f"{thing.kind} {subject}".strip() + "".join(f" at {line}" for line in thing.where[:1])


def _flags(case: Case, answer: Answer) -> Iterator[str]:
    if case.question == "check":
        if answer.reproducible != case.reproducible:
            yield f"reproducible is {answer.reproducible}"
        if case.when_recorded is not None and answer.when_recorded != case.when_recorded:
            yield f"reproducible_when_recorded is {answer.when_recorded}"
    elif answer.same == bool(case.causes):
        yield f"same is {answer.same}"


def _lines(case: Case, answer: Answer) -> tuple[int, int]:
    true = [thing for thing in (*case.causes, *case.sensitive) if thing.where]
    said = [*answer.causes, *answer.sensitive]
    right = sum(any(fits(thing, each) and set(each.where) & set(thing.where) for each in said) for thing in true)
    return len(true), right
