"""What is around the processes of a replay: set up without a mount namespace, and what the system refused of it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from samerun.basics import files
from samerun.factors.factor import Plan
from samerun.launch import enter
from samerun.launch.logged import problems_file
from samerun.record.run import Run
from samerun.store.layout import RunFolder

PLAN = "mounts.json"


def surround(plan: Plan, home: Path) -> None:
    """Make what a plan's settings need before the launch.

    Args:
        plan: of the launch; ``other_home`` among its settings becomes a variable that leads to the user's folder.
        home: the replay's own folder, which is removed after it.
    """
    if plan.setup.pop("other_home", None) and plan.environment.get("HOME"):
        link = files.make_folder(home / "people") / "somebody"
        os.symlink(plan.environment["HOME"], link)
        plan.environment["HOME"] = str(link)


class SetUp:
    """Starts the command with what its plan asks for around it, where no mount namespace is used.

    Args:
        plan: of the launch.
        home: where what is to be set up is written down.
    """

    def __init__(self, plan: Plan, home: Path) -> None:
        self._plan = plan
        self._path = home / PLAN

    def __call__(self, command: list[str], folder: RunFolder) -> list[str]:
        """Write down what is to be set up and return the command that does it."""
        asked = {"cwd": self._plan.cwd, "setup": self._plan.setup, "separate": False, "told": told_in(folder)}
        files.write_atomic(self._path, json.dumps(asked).encode())
        return [sys.executable, "-I", "-S", enter.__file__, str(self._path), "--", *command]


def told_in(folder: RunFolder) -> str:
    """Return the file in which the way in tells what the system refused."""
    return str(problems_file(folder))


def refused(run: Run) -> list[str]:
    """Return a sentence for each setting of a replay that the system refused: it ran without them."""
    return [gap.why for gap in run.not_captured if gap.what == enter.SETTING]
