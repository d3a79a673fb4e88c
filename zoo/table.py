"""What a round through the zoo comes to, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zoo.case import Case
from zoo.scoring import Score
from zoo.today import WAYS, Today, noticed_wrongly


def row(score: Score) -> str:
    """Return one case's line."""
    remarks = [
        *(f"missed {each}" for each in score.missed),
        *(f"said {each}" for each in score.alarms),
        *score.wrong,
    ]
    if score.lines < score.lines_asked:
        places = [line for thing in (*score.answer.causes, *score.answer.sensitive) for line in thing.where]
        remarks.append(f"line {', '.join(places) or 'not told'}")
    mark = "yes" if score.exact else "NO"
    lines = f"{score.lines}/{score.lines_asked}" if score.lines_asked else "-"
    return (
        f"{score.case.name:<10} {', '.join(score.case.kinds) or '(control)':<36} {mark:<4} {lines:<4}"
        f"{score.answer.replays:>5}{score.answer.seconds:>8.1f} s  {'; '.join(remarks)}"
    ).rstrip()


def summary(scores: Sequence[Score], skipped: Mapping[str, str], today: Mapping[str, Sequence[Today]]) -> str:
    """Return the tables.

    Args:
        scores: the cases that were judged.
        skipped: those that could not be tried, with the reason.
        today: what the ways of today came to, by case.
    """
    parts = ["\n".join(_totals(scores, skipped)), "\n".join(_by_kind(scores))]
    if today:
        parts.append("\n".join(_today({score.case.name: score.case for score in scores}, scores, today)))
    return "\n\n".join(parts)


def _totals(scores: Sequence[Score], skipped: Mapping[str, str]) -> Iterator[str]:
    controls = [score for score in scores if score.case.is_control]
    lines, asked = sum(score.lines for score in scores), sum(score.lines_asked for score in scores)
    yield f"named exactly      {sum(score.exact for score in scores)} of {len(scores)}"
    yield f"false alarms       {sum(len(score.alarms) for score in scores)}, on {len(controls)} controls " + str(
        sum(len(score.alarms) for score in controls)
    )
    yield f"lines right        {lines} of {asked}"
    yield f"replays            {sum(score.answer.replays for score in scores)}"
    yield f"seconds            {sum(score.answer.seconds for score in scores):.0f}"
    for name, why in skipped.items():
        yield f"not tried: {name} ({why})"


def _by_kind(scores: Sequence[Score]) -> Iterator[str]:
    kinds = sorted({kind for score in scores for kind in score.case.kinds})
    yield f"{'kind':<24}{'cases':>6}{'exact':>7}{'lines':>8}{'replays':>9}"
    for kind in [*kinds, ""]:
        own = [score for score in scores if (kind in score.case.kinds if kind else score.case.is_control)]
        lines = f"{sum(each.lines for each in own)}/{sum(each.lines_asked for each in own)}"
        replays = sum(each.answer.replays for each in own)
        yield f"{kind or '(control)':<24}{len(own):>6}{sum(each.exact for each in own):>7}{lines:>8}{replays:>9}"


def _today(cases: Mapping[str, Case], scores: Sequence[Score], today: Mapping[str, Sequence[Today]]) -> Iterator[str]:
    differing = {name for name, case in cases.items() if case.question == "check" and not case.reproducible}
    yield f"{'way':<24}{'named exactly':>15}{'made to agree':>15}{'differ on controls':>20}"
    for way in WAYS:
        own = {name: each for name, tried in today.items() for each in tried if each.way == way}
        named = sum(each.named for each in own.values())
        cured = sum(each.cured for name, each in own.items() if name in differing)
        wrongly = sum(way in noticed_wrongly(cases[name], [each]) for name, each in own.items())
        yield f"{way:<24}{f'{named} of {len(own)}':>15}{f'{cured} of {len(differing)}':>15}{wrongly:>20}"
    yield f"{'samerun':<24}{f'{sum(score.exact for score in scores)} of {len(scores)}':>15}"


def document(
    scores: Sequence[Score], skipped: Mapping[str, str], today: Mapping[str, Sequence[Today]]
) -> dict[str, Any]:
    """Return everything for a machine to read."""
    return {
        "schema": "samerun.zoo-results/1",
        "cases": [
            {
                "name": score.case.name,
                "question": score.case.question,
                "kinds": score.case.kinds,
                "exact": score.exact,
                "missed": score.missed,
                "alarms": score.alarms,
                "wrong": score.wrong,
                "lines": [score.lines, score.lines_asked],
                "replays": score.answer.replays,
                "seconds": round(score.answer.seconds, 2),
                "answer": score.answer.document,
                "today": [
                    {"way": each.way, "noticed": each.noticed, "cured": each.cured, "named": each.named}
                    for each in today.get(score.case.name, ())
                ],
            }
            for score in scores
        ],
        "skipped": dict(skipped),
    }
