"""A store with runs in it that no program ever made: quick, and the same each time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from samerun.cli.main import main
from samerun.record.output import Output
from samerun.record.run import Place, Run
from samerun.store import folder
from samerun.store.layout import RunFolder, StoreLayout

NOW = 1_800_000_000.0


@dataclass(frozen=True)
class Answer:
    """What one command line gave."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


@pytest.fixture
def samerun(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., Answer]:
    """Carry out a command line in an empty folder with a store of its own."""
    monkeypatch.setenv("SAMERUN_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "100")
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)

    def call(*arguments: str) -> Answer:
        capfd.readouterr()
        status = main(list(arguments))
        seen = capfd.readouterr()
        return Answer(status, seen.out, seen.err)

    return call


@pytest.fixture
def store(samerun: Callable[..., Answer]) -> StoreLayout:
    """Return the store of the ``samerun`` fixture."""
    return StoreLayout(Path(os.environ["SAMERUN_STORE"])).create()


@pytest.fixture
def make_run(store: StoreLayout) -> Callable[..., Run]:
    """Put a sealed run into the store: ``make_run(1, metrics={"acc": 0.9}, files={"m.json": "{}"})``."""

    def make(number: int, files: dict[str, str] | None = None, sealed: bool = True, **facts: Any) -> Run:
        run_id = f"20270115_0800{number:02d}_{number:06d}"
        name = facts.pop("name", "cnn")
        place = store.run_folder(name, run_id).create()
        outputs = [_output(place, path, text) for path, text in (files or {}).items()]
        outputs += facts.pop("outputs", [])
        plain: dict[str, Any] = {"status": "finished", "started": NOW + number, "exit_code": 0, "seconds": 1.5}
        command = facts.pop("command", ["python", "train.py"])
        argv = {"arguments": {"argv": command}}
        factors = {**argv, **facts.pop("factors", {})}
        run = Run(run_id, name, command, Place("/p", "/p"), outputs=outputs, factors=factors, **{**plain, **facts})
        (folder.seal if sealed else folder.save)(place, run)
        return run

    return make


def _output(place: RunFolder, path: str, text: str) -> Output:
    kept = place.results / path
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(text)
    return Output(path, "json" if path.endswith(".json") else "text", len(text), "0" * 64, f"results/{path}")
