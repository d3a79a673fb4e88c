"""The environment of a trial: the wanted interpreter, with the wanted version of each package in front of it."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from samerun.errors import CannotReplay
from samerun.explain.mixture import Candidate, Mixture
from samerun.explain.overlay import Interpreter, Overlays, version_of
from samerun.record.missing import Missing
from samerun.record.run import Run
from samerun.record.values import Json, Values
from samerun.store.layout import StoreLayout

PATH = "PYTHONPATH"


@dataclass
class Fitting:
    """Gives trials the packages that they are to have.

    Args:
        a: the run that is made again.
        b: the run whose values are taken.
        layout: the store, which keeps what is made.

    ``lost`` says what the last trial should have had and could not.
    """

    a: Run
    b: Run
    layout: StoreLayout
    lost: list[str] = field(default_factory=list)
    _interpreters: dict[str, Interpreter] = field(default_factory=dict)

    def checked(self, candidate: Candidate) -> Candidate:
        """Return a candidate that says why it cannot be tried, where it is a package or interpreter not to be had."""
        change = candidate.change
        if change.kind == "package":
            return replace(candidate, unable=self._why_not(change.subject))
        if change.kind == "python":
            there = self._interpreter(self.b)
            gone = f"Python {change.b} is not here any more" if there is None else ""
            return replace(candidate, unable=gone)
        return candidate

    def fit(self, mixture: Mixture) -> list[str]:
        """Put in front what differs from what the interpreter finds by itself.

        Returns:
            What could not be put there, in sentences.
        """
        target = self._target(mixture)
        wanted = mixture.given.get("package") or _values(self.a, "package")
        if target is None or not wanted:
            return []
        folders, notes = list[str](), list[str]()
        for name in self._imported():
            if _is_other(wanted.get(name), target.packages.get(name)):
                try:
                    folders.append(str(self._overlays().folder(name, wanted.get(name), target)))
                except CannotReplay as error:
                    notes.append(error.sentence)
        self.lost = notes
        if folders:
            variables = mixture.values("environment-variable")
            before = variables.get(PATH)
            variables[PATH] = os.pathsep.join([*folders, *([before] if isinstance(before, str) and before else [])])
        return notes

    def _why_not(self, name: str) -> str:
        """Return why the second run's version of a package cannot be had; empty if it can."""
        target = self._interpreter(self.a) or self._interpreter(self.b)
        if target is None:
            return "no interpreter of either run is here any more"
        facts = _values(self.b, "package").get(name)
        if _is_folder(facts):
            return "it lies in a folder of its own (an editable install); what changed in it is code"
        if not _is_other(facts, target.packages.get(name)):
            return ""
        try:
            self._overlays().folder(name, facts, target)
        except CannotReplay as error:
            return error.sentence
        return ""

    def not_given(self, mixture: Mixture, taken: Collection[str], run: Run) -> str:
        """Return which of the packages that were taken over a trial did not have after all; empty if it had all."""
        found, wanted = _values(run, "package"), mixture.given.get("package", {})
        for name in taken if found else ():
            if wanted.get(name) is not None and version_of(found.get(name)) != version_of(wanted[name]):
                return f"{name} {version_of(wanted[name])} could not be put in front of what is installed"
        return ""

    def others_in(self, run: Run) -> str:
        """Return which of the first run's packages its plain repeat did not have; empty if it had all."""
        found, wanted = _values(run, "package"), _values(self.a, "package")
        for name in self._imported() if found and wanted else ():
            is_other = _is_other(wanted.get(name), found.get(name))
            if is_other and wanted.get(name) is not None:
                there = version_of(found.get(name)) or "nothing"
                return f"{there} stands in the place of {name} {version_of(wanted[name])}"
        return ""

    def _target(self, mixture: Mixture) -> Interpreter | None:
        """Return the interpreter of the trial; that of the second run where the first one's is gone."""
        if mixture.python is not None:
            return self._at(mixture.python)
        own, other = self._interpreter(self.a), self._interpreter(self.b)
        if own is None and other is not None and _version(self.a) == _version(self.b):
            mixture.python = other.executable
            return other
        return own

    def _interpreter(self, run: Run) -> Interpreter | None:
        executable = _values(run, "python").get("executable")
        found = self._at(str(executable)) if executable else None
        return found if found is not None and found.exists and found.search_path else None

    def _at(self, executable: str) -> Interpreter:
        return self._interpreters.setdefault(executable, Interpreter(executable))

    def _overlays(self) -> Overlays:
        found = [self._interpreter(run) for run in (self.a, self.b)]
        return Overlays(self.layout.environments, {each.executable: each for each in found if each is not None})

    def _imported(self) -> list[str]:
        """Return the packages that either run imported."""
        both = [_values(run, "package") for run in (self.a, self.b)]
        return sorted({name for values in both for name, facts in values.items() if _is_imported(facts)})


def _is_imported(facts: Json) -> bool:
    return isinstance(facts, dict) and bool(facts.get("imported"))


def _is_other(wanted: Json, there: Json) -> bool:
    """Say whether a package must be put in front; one that lies in a folder of the user's is left to that folder."""
    return not _is_folder(wanted) and version_of(wanted) != version_of(there)


def _is_folder(facts: Json) -> bool:
    return isinstance(facts, dict) and '"dir_info"' in str(facts.get("origin", ""))


def _version(run: Run) -> Json:
    return _values(run, "python").get("version")


def _values(run: Run, kind: str) -> Values:
    reading = run.reading(kind)
    return {} if isinstance(reading, Missing) else reading
