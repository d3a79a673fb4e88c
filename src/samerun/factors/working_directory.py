"""The working directory: where the command was started, and where the project lies."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.values import Change, Reading, Values

ELSEWHERE = "elsewhere"


class WorkingDirectory(Plain):
    """``tree`` is the project's folder, ``below`` the working directory relative to it."""

    kind = "working-directory"

    def read(self, scene: Scene) -> Reading:
        """Return both folders."""
        return {"tree": str(scene.tree), "below": os.path.relpath(scene.cwd, scene.tree)}

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return one change if the command was started in another folder."""
        paths = [os.path.normpath(os.path.join(values["tree"], values["below"])) for values in (a, b)]
        return [Change(self.kind, "working directory", *paths)] if paths[0] != paths[1] else []

    def give(self, plan: Plan, values: Values) -> None:
        """Start in the same place of the project's folder, as the program sees it."""
        plan.cwd = os.path.normpath(os.path.join(values["tree"], values["below"]))

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield another path of the whole project; to start it from another folder is to give another command."""
        yield {**values, ELSEWHERE: True}

    def advice(self, change: Change) -> str:
        """Return how to get rid of the dependence."""
        return "build paths from `Path(__file__).parent`, or always start it in the same folder"
