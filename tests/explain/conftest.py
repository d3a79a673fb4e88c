"""Pairs of runs that are recorded for real, and runs that no program ever made."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from samerun import api
from samerun.explain.judging import Kept
from samerun.explain.laboratory import Laboratory, Limits
from samerun.factors.factor import ABSENT
from samerun.record.cause import Explanation
from samerun.record.run import Place, Run
from samerun.store import folder
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects
from samerun.version import VERSION
from tests.lab import Lab, lab, mounted

__all__ = ["ABSENT", "Pair", "lab", "mounted"]


class Pair:
    """A program that is recorded, changed, recorded again, and asked about."""

    def __init__(self, lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
        self.lab = lab
        self._monkeypatch = monkeypatch
        self.runs: list[Run] = []

    def record(
        self,
        files: Mapping[str, str | None],
        *arguments: str,
        env: Mapping[str, str | None] | None = None,
        python: str = sys.executable,
        **options: Any,
    ) -> Run:
        """Write files (None removes one), set variables, and record ``train.py``."""
        for name, text in files.items():
            path = self.lab.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True) if text is None else path.write_text(text)
        for name, value in (env or {}).items():
            self._monkeypatch.delenv(name, raising=False) if value is None else self._monkeypatch.setenv(name, value)
        self.runs.append(api.record([python, "train.py", *arguments], **options).run)
        return self.runs[-1]

    def explain(self, **options: Any) -> Explanation:
        """Explain the first two runs."""
        return api.explain(self.runs[0].id, self.runs[1].id, **options)

    def kept(self, number: int) -> Kept:
        """Return a run with its folder."""
        where = api.find(self.runs[number].id)
        return Kept(folder.load(where), where)

    @property
    def layout(self) -> StoreLayout:
        return StoreLayout(api.find(self.runs[0].id).path.parent.parent)

    def laboratory(self, limits: Limits | None = None, tell: Callable[[str], None] = lambda text: None) -> Laboratory:
        """Return a laboratory for the first run."""
        return Laboratory(self.kept(0), self.layout, os.environ, VERSION, limits or Limits(), tell)


@pytest.fixture
def pair(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Pair:
    """Stand in an empty project's folder in which two runs will be made."""
    return Pair(lab, monkeypatch)


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    """Return an empty store of contents."""
    return Objects(tmp_path / "objects")


def invented(tree: Path | str = "/project", **factors: Any) -> Run:
    """Return a run that no program ever made; ``-`` in a kind is written ``_``."""
    readings = {kind.replace("_", "-"): values for kind, values in factors.items()}
    place = Place(str(tree), str(tree))
    return Run("20260101_120000_abcdef", "x", ["python", "train.py"], place, "finished", 0.0, factors=readings)


@pytest.fixture
def make_run() -> Callable[..., Run]:
    """Make runs that no program ever made."""
    return invented


@pytest.fixture
def coded(objects: Objects) -> Callable[..., Run]:
    """Make a run whose program had these files of code: ``coded({"train.py": "..."}, arguments={...})``."""

    def make(files: Mapping[str, str], **factors: Any) -> Run:
        code = {
            path: {"size": len(text), "hash": objects.add_bytes(text.encode()), "read": True, "kept": True}
            for path, text in files.items()
        }
        return invented(code=code, data=dict(code), **factors)

    return make
