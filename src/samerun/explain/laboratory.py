"""Trials: a recorded run made again with some values changed. Each is kept, and the next question reuses it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from samerun.basics.hashing import hash_bytes
from samerun.errors import CannotReplay, CannotStart, SamerunError, StoreTrouble
from samerun.explain.judging import Kept
from samerun.launch.again import run_again
from samerun.record.run import Run
from samerun.record.values import Values
from samerun.store import folder
from samerun.store.layout import RunFolder, StoreLayout

Tell = Callable[[str], None]

Given = Mapping[str, Values]
"""The factors whose values are other than the recorded ones, by kind."""


class BudgetSpent(SamerunError):
    """As many runs as were allowed have been made."""


@dataclass(frozen=True)
class Limits:
    """What a question may cost.

    Args:
        max_replays: how many runs may be made; None sets no limit.
        timeout_s: after how many seconds a run is killed; None never.
        side_by_side: how many runs may go on at the same time.
    """

    max_replays: int | None = None
    timeout_s: float | None = None
    side_by_side: int = 1


@dataclass(frozen=True)
class Trial:
    """What is to be tried.

    Args:
        given: the changed values.
        what: what is being tried, in a few words, for whoever waits.
        repeat: the number of the repeat: the same trial once more is another one.
        python: another interpreter.
    """

    given: Given
    what: str
    repeat: int = 0
    python: str | None = None


@dataclass
class Laboratory:
    """Makes a recorded run again and again.

    Args:
        base: the recorded run, whole.
        layout: its store.
        environment: the present variables.
        version: samerun's own version.
        limits: what it may cost.
        tell: is told in words what is being done.

    ``replays`` counts the runs that were really made; ``used`` holds a key for every run that an answer rests on, also
    for those that an earlier question made.
    """

    base: Kept
    layout: StoreLayout
    environment: Mapping[str, str]
    version: str
    limits: Limits = field(default_factory=Limits)
    tell: Tell = lambda text: None
    replays: int = 0
    used: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._root = ""
        self._killed: dict[str, Kept] = {}

    def rebase(self, run: Run) -> Kept:
        """Make the trials from another view of the recorded run: its project's folder is another one.

        They are kept apart from those of the record as it is, whose results have other names.
        """
        self.base = Kept(run, self.base.folder)
        self._root = run.place.tree
        return self.base

    def run(self, trial: Trial) -> Kept:
        """Return the run of a trial, made now unless it was made before.

        Raises:
            BudgetSpent: it would be one too many.
            CannotReplay, CannotStart: it cannot be made at all.
        """
        key = _key(trial, self._root)
        place = TrialLayout(self.layout.root, self.base.run.id, key)
        known = self._killed.get(key) or place.kept()
        if known is not None:
            self.used.add(key)
            return known
        self._count(trial)
        self.used.add(key)
        done = run_again(
            self.base.run,
            place,
            self.environment,
            self.version,
            python=trial.python,
            given=trial.given,
            timeout_s=self.limits.timeout_s,
        ).launched
        if done.trouble:
            raise StoreTrouble(done.trouble, "Free space or make the store writable, and ask again.")
        made = Kept(folder.load(done.folder), done.folder)
        if (
            made.run.status == "killed"
        ):  # with more time it may end: the next question makes it again, this one does not
            self._killed[key] = made
        return made

    def run_all(self, trials: list[Trial]) -> list[Kept]:
        """Return the runs of several trials, some at the same time if that is allowed."""
        if self.limits.side_by_side < 2 or len(trials) < 2:
            return [self.run(trial) for trial in trials]
        with ThreadPoolExecutor(self.limits.side_by_side) as pool:
            return list(pool.map(self.run, trials))

    def run_ahead(self, trials: list[Trial]) -> None:
        """Make several runs at the same time, for later; what stands in the way of one is said when it is asked for."""
        room = len(trials) if self.limits.max_replays is None else self.limits.max_replays - self.replays
        if room >= len(trials) > 1:
            with ThreadPoolExecutor(self.limits.side_by_side) as pool:
                list(pool.map(self.try_run, trials))

    def try_run(self, trial: Trial) -> Kept | str:
        """Return the run of a trial, or in a sentence why it cannot be made."""
        try:
            return self.run(trial)
        except (CannotReplay, CannotStart) as error:
            return error.sentence

    def _count(self, trial: Trial) -> None:
        with self._lock:
            most = self.limits.max_replays
            if most is not None and self.replays >= most:
                raise BudgetSpent(f"{most} replays were made, as many as were allowed.", "Allow more: --max-replays N")
            self.replays += 1
            self.tell(f"run {self.replays}: {trial.what}")


def _key(trial: Trial, root: str) -> str:
    told = [trial.given, trial.repeat, trial.python, *([root] if root else [])]
    document = msgspec.json.encode(told, order="sorted")
    return hash_bytes(document)[:24]


class TrialLayout(StoreLayout):
    """A store whose new runs lie among the trials of one run, out of sight of ``ls``.

    Args:
        root: the store's folder.
        base: the id of the run that is made again.
        key: what the trial is known by.
    """

    def __init__(self, root: Path, base: str, key: str) -> None:
        super().__init__(root)
        self._home = self.trials / base / key

    def run_folder(self, name: str, run_id: str) -> RunFolder:
        """Return the folder of a new run; the name does not matter."""
        return RunFolder(self._home / run_id)

    def kept(self) -> Kept | None:
        """Return the run that was made of this trial and has ended, if there is one."""
        for path in sorted(self._home.glob("*/run.json")):
            where = RunFolder(path.parent)
            try:
                run: Run = folder.load(where)
            except SamerunError:
                continue
            if run.ended and run.status != "killed":
                return Kept(run, where)
        return None
