"""The fixture in a real session of pytest: what it passes, and what it says where a function does not repeat itself."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import samerun

SOURCE = str(Path(samerun.__file__).parent.parent)

TRAINING = """
    import random


    def steady(steps=3):
        generator = random.Random(0)
        return {"loss": [generator.random() for _ in range(steps)]}


    def drifting():
        return {"loss": random.random()}


    def ordered_by_hash():
        words = {f"word{number}" for number in range(20)}
        return list(words)


    def writes():
        with open("model.txt", "w") as file:
            file.write(str(random.random()))


    def fails():
        raise ValueError("no data")
"""


def session(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    """Run one test in a project of its own, at the path of the source that is tested."""
    (folder / "training.py").write_text(textwrap.dedent(TRAINING))
    (folder / "test_it.py").write_text("import training\n\n" + textwrap.dedent(test))
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SAMERUN_", "PYTEST_"))}
    environment |= {"PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", ".", "-c", os.devnull]
    return subprocess.run([*command, "."], cwd=folder, env=environment, capture_output=True, text=True)


def test_a_function_that_repeats_itself_passes_and_leaves_nothing(tmp_path: Path) -> None:
    done = session(
        tmp_path,
        """
        def test_training(reproducible):
            found = reproducible(training.steady, kwargs={"steps": 4}, vary=["hash-order"])
            assert found.reproducible
            assert "hash-order" in found.insensitive_to
        """,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"training.py", "test_it.py"}


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("drifting", ["drifting does not repeat itself", "unseeded-python (python) at training.py:11", "loss"]),
        ("ordered_by_hash", ["hash-order (PYTHONHASHSEED)"]),
        ("writes", ["unseeded-python (python) at training.py:21", "model.txt"]),
    ],
)
def test_one_that_does_not_fails_with_the_cause_and_the_line(
    tmp_path: Path, function: str, expected: list[str]
) -> None:
    done = session(tmp_path, f"def test_it(reproducible):\n    reproducible(training.{function}, vary=[])\n")
    assert done.returncode == 1
    for words in expected:
        assert words in done.stdout
    assert "Traceback" not in done.stdout


def test_a_function_of_the_test_module_itself_is_found(tmp_path: Path) -> None:
    done = session(
        tmp_path, "def own():\n    return 3.5\n\n\ndef test_it(reproducible):\n    reproducible(own, vary=[])\n"
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        ("lambda: 1", "cannot be called in another process"),
        ("training.steady, args=[object()]", "cannot be handed to another process"),
        ("training.steady, vary=['moon']", "There is no condition 'moon'"),
        ("training.steady, times=1", "cannot agree with itself in 1 calls"),
        ("training.fails, vary=[]", "ValueError: no data"),
    ],
)
def test_what_cannot_be_checked_is_said(tmp_path: Path, call: str, sentence: str) -> None:
    done = session(tmp_path, f"def test_it(reproducible):\n    reproducible({call})\n")
    assert done.returncode == 1
    assert sentence in done.stdout
