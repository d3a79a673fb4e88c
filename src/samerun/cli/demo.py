"""``samerun demo``: record, replay, change one thing, record again, and say what happened."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from samerun import api
from samerun.cli.comparing import compared_diff, compared_replay
from samerun.cli.options import json_option
from samerun.cli.printing import paint_for, print_document, print_page, say
from samerun.errors import BadOption
from samerun.record.verdict import is_same
from samerun.report.changes import change_counts
from samerun.report.difference_tree import difference_page
from samerun.report.plain_words import clean
from samerun.report.verdict_words import verdict_sentence

_SOURCE = Path(__file__).parent.parent / "demo"


class _Script(Struct, frozen=True):
    """A training script, its data, and how each of the three changes is made."""

    script: str
    data: str
    makes: str
    option: tuple[str, str]
    line: tuple[str, str]


_DIGITS = _Script("train.py", "digits.csv", "digits", ("--alpha", "0.01"), ("X / 16.0", "X / 4.0"))
_POINTS = _Script("train_plain.py", "points.csv", "points", ("--lr", "0.01"), ("scale = 4.0", "scale = 1.0"))


@click.command("demo", short_help="Record, replay and change a small training, in under a minute.")
@click.option(
    "--change",
    type=click.Choice(["argument", "code", "data"]),
    default="argument",
    show_default=True,
    help="What to change before the second recording.",
)
@click.option("--plain", is_flag=True, help="Use the training script that needs no scikit-learn.")
@click.option(
    "--keep", type=click.Path(file_okay=False), metavar="FOLDER", help="Work in this new folder and leave it."
)
@json_option
def command(change: str, plain: bool, keep: str | None, as_json: bool) -> int:
    """Train on handwritten digits, record it, replay it, change one thing, record again and show the difference.

    Everything happens in a temporary folder and without network.
    """
    script = _choose(plain)
    with _folder(keep) as folder, _inside(folder), _own_output(as_json):
        document = _Demo(script, as_json).play(change)
    if as_json:
        print_document("demo/1", document)
    elif keep:
        say(f"samerun: everything is still in {clean(keep)}")
    return 0


def _choose(plain: bool) -> _Script:
    if plain:
        return _POINTS
    if importlib.util.find_spec("sklearn") is not None:
        return _DIGITS
    say('samerun: scikit-learn is not installed (pip install "samerun[demo]"); a script without packages is used.')
    return _POINTS


@contextlib.contextmanager
def _folder(keep: str | None) -> Iterator[Path]:
    """Give the folder to work in: a new one that stays, or a temporary one."""
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="samerun-demo-", ignore_cleanup_errors=True) as temporary:
            yield Path(temporary).resolve()
        return
    folder = Path(keep).resolve()
    if folder.exists() and any(folder.iterdir()):
        raise BadOption(f"The folder {folder} is not empty.", "Name a folder that does not exist yet.")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    """Be in the folder, with its own store: the runs of a demo belong to no project."""
    before = os.environ.get("SAMERUN_STORE")
    os.environ["SAMERUN_STORE"] = str(folder / "runs")
    try:
        with contextlib.chdir(folder):
            yield
    finally:
        os.environ.pop("SAMERUN_STORE")
        if before is not None:
            os.environ["SAMERUN_STORE"] = before


@contextlib.contextmanager
def _own_output(as_json: bool) -> Iterator[None]:
    """Send what the training prints to standard error while standard output is kept for the document."""
    if not as_json:
        yield
        return
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


class _Demo:
    """The steps, told as they happen."""

    def __init__(self, script: _Script, silent: bool) -> None:
        self._script = script
        self._silent = silent
        self._paint = paint_for(sys.stdout)
        self._step = 0

    def play(self, change: str) -> dict[str, Any]:
        """Carry out all steps in the current folder and return the document of ``--json``."""
        shutil.copyfile(_SOURCE / self._script.script, "train.py")
        subprocess.run([sys.executable, str(_SOURCE / "make_data.py"), self._script.makes], check=True)
        self._tell("Recording", "a training script that knows nothing of samerun:  samerun record -- python train.py")
        first = api.record([sys.executable, "train.py"], name="demo").run
        self._tell("Replaying", "it in a folder of its own:  samerun replay last")
        replay = api.replay(first.id)
        self._print(verdict_sentence(compared_replay(replay)) + "\n")
        arguments, words = self._change(change)
        self._tell("Changing", f"{words}, and recording again")
        second = api.record([sys.executable, "train.py", *arguments], name="demo").run
        self._tell("Comparing", "the two recordings:  samerun diff last~1 last")
        diff = api.diff(first.id, second.id)
        self._print(difference_page(compared_diff(diff), paint=self._paint))
        self._print("\n" + _summary(replay, diff, words))
        return _document(change, words, replay, diff)

    def _change(self, change: str) -> tuple[list[str], str]:
        """Make one change; return the arguments of the second run and the change in words."""
        if change == "argument":
            return list(self._script.option), "the argument " + " ".join(self._script.option)
        if change == "code":
            old, new = self._script.line
            source = Path("train.py")
            source.write_text(source.read_text("utf-8").replace(old, new), "utf-8")
            return [], f'one line of train.py ("{old}" is now "{new}")'
        data = Path(self._script.data)
        head, *rows = data.read_text("utf-8").splitlines()
        data.write_text("\n".join([head, *rows[60:]]) + "\n", "utf-8")
        return [], f"{self._script.data} (its first 60 rows are gone)"

    def _tell(self, verb: str, rest: str) -> None:
        self._step += 1
        self._print(f"\n{self._paint(f'{self._step}. {verb}', 'strong')} {rest}\n")

    def _print(self, text: str) -> None:
        if not self._silent:
            print_page(text)


def _summary(replay: api.Replay, diff: api.Compared, words: str) -> str:
    """Return what just happened, in plain words."""
    again = "gave the same result" if is_same(replay.verdict) else "did not give the same result"
    changed = change_counts(diff.factors) or "nothing"
    result = "The result stayed the same" if is_same(diff.verdict) else "The result changed"
    return (
        "What just happened\n"
        f"  The script was run as it is; its code, data, packages and settings were kept. Running it again {again}.\n"
        f"  Then {words} was changed. {result}, and the list of what changed holds: {changed}.\n"
        "  Try it on your own script:  samerun record -- python train.py\n"
    )


def _document(change: str, words: str, replay: api.Replay, diff: api.Compared) -> dict[str, Any]:
    return {
        "change": change,
        "changed": words,
        "replay": {"run": replay.run.id, "verdict": replay.verdict},
        "diff": {
            "a": diff.a.id,
            "b": diff.b.id,
            "verdict": diff.verdict,
            "factors": [[item.kind, item.subject] for item in diff.factors],
        },
    }
