"""``python -m zoo [run|verify|list] [CASE ...]``: see ``zoo/README.md``."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from zoo import environments
from zoo.asking import ask
from zoo.case import BadCase, Case, all_cases
from zoo.environments import NotHere
from zoo.scoring import Score, score
from zoo.table import document, row, summary
from zoo.today import Today, try_today
from zoo.verify import verify

RESULTS = Path(__file__).parent / "results.json"

Done = TypeVar("Done")


def main(words: Sequence[str] | None = None) -> int:
    """Do what is asked; 0 if everything is as it should be, 1 if not, 2 for bad input."""
    options = arguments().parse_intermixed_args(words)
    try:
        cases = all_cases(options.cases, options.kind)
    except BadCase as error:
        say(f"zoo: {error}")
        return 2
    doing = {"list": listed, "verify": verified, "run": judged}
    return doing[options.what](cases, options)


def arguments() -> argparse.ArgumentParser:
    """Return what may be asked for."""
    parser = argparse.ArgumentParser(prog="python -m zoo", description="Programs with planted causes.")
    parser.add_argument("what", choices=["run", "verify", "list"])
    parser.add_argument("cases", nargs="*", metavar="CASE", help="these cases only")
    parser.add_argument("--kind", action="append", default=[], help="cases in which this kind is planted; repeatable")
    parser.add_argument("--jobs", type=int, default=1, help="how many cases at a time (default 1; more disturbs races)")
    parser.add_argument("--timeout", type=float, default=900, help="seconds to wait for one answer (default 900)")
    parser.add_argument("--no-today", action="store_true", help="leave out what a user could do today")
    parser.add_argument("--results", type=Path, default=RESULTS, help="where the JSON goes (default zoo/results.json)")
    return parser


def listed(cases: Sequence[Case], options: argparse.Namespace) -> int:
    """Print a line for each case."""
    for case in cases:
        say(f"{case.name:<10} {case.question:<8} {', '.join(case.kinds) or '(control)':<36} {case.about}")
    return 0


def verified(cases: Sequence[Case], options: argparse.Namespace) -> int:
    """Show the truth of each case without any tool."""

    def show(case: Case, home: Path) -> bool:
        shown = verify(case, home)
        say(f"{case.name:<10} {'; '.join(shown.wrong) or 'as it says'} ({shown.runs} runs)")
        return not shown.wrong

    done, skipped = each_at_home(cases, options.jobs, show)
    for name, why in skipped.items():
        say(f"{name:<10} skipped: {why}")
    return 0 if all(done.values()) else 1


def judged(cases: Sequence[Case], options: argparse.Namespace) -> int:
    """Ask samerun about each case, judge its answers, and print what it comes to."""

    def judge(case: Case, home: Path) -> tuple[Score, list[Today]]:
        found = score(case, ask(case, home, options.timeout))
        say(row(found))
        return found, [] if options.no_today else try_today(case, home)

    say(f"{'case':<10} {'planted':<36} {'':<4} {'line':<4}{'runs':>5}{'time':>10}")
    done, skipped = each_at_home(cases, options.jobs, judge)
    scores = [found for found, _ in done.values()]
    today = {name: tried for name, (_, tried) in done.items() if tried}
    say("\n" + summary(scores, skipped, today))
    options.results.write_text(json.dumps(document(scores, skipped, today), indent=1), "utf-8")
    return 0 if all(found.exact for found in scores) else 1


def each_at_home(
    cases: Sequence[Case], jobs: int, do: Callable[[Case, Path], Done]
) -> tuple[dict[str, Done], dict[str, str]]:
    """Do something with each case in a folder of its own; return what came of it, and why some were left out."""
    skipped: dict[str, str] = {}

    def one(case: Case) -> Done | None:
        lacking = environments.missing(case, environments.cores_allowed())
        with tempfile.TemporaryDirectory(prefix="zoo-", ignore_cleanup_errors=True) as home:
            try:
                if not lacking:
                    return do(case, Path(home).resolve())
            except NotHere as error:
                lacking = str(error)
        skipped[case.name] = lacking
        return None

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        answers = dict(zip([case.name for case in cases], pool.map(one, cases), strict=True))
    return {name: answer for name, answer in answers.items() if answer is not None}, skipped


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
