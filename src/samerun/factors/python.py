"""The interpreter."""

from __future__ import annotations

import os
import shutil

from samerun.factors.factor import Plain, Plan, Scene
from samerun.record.missing import Missing
from samerun.record.observation import SeenProcess
from samerun.record.values import Change, Reading, Values


class Python(Plain):
    """Version and place of the first Python of the run; only the version counts as a change.

    A command that starts it by a name alone gets it from there again, whatever the present PATH leads to.
    """

    kind = "python"
    advised = "run it with the interpreter's version of the other run"

    def read(self, scene: Scene) -> Reading:
        """Return what the first process said of itself."""
        process = main_process(scene)
        if isinstance(process, Missing):
            return process
        return {
            "version": process.version,
            "executable": process.executable,
            "prefix": process.prefix,
            "base_prefix": process.base_prefix,
        }

    def differences(self, a: Values, b: Values) -> list[Change]:
        """Return a change of the version."""
        return [Change(self.kind, "python", a["version"], b["version"])] if a["version"] != b["version"] else []

    def give(self, plan: Plan, values: Values) -> None:
        """Have the PATH lead to the recorded interpreter first."""
        executable = str(values.get("executable", ""))
        folder, name = os.path.split(executable)
        if not plan.argv or os.sep in plan.argv[0] or not folder:
            return
        path = plan.environment.get("PATH", os.defpath)
        if not os.access(executable, os.X_OK):
            plan.notes.append(f"the interpreter {executable} is gone; the one on the PATH was used")
        elif os.path.dirname(shutil.which(name, path=path) or "") != folder:
            plan.environment["PATH"] = folder + os.pathsep + path


def main_process(scene: Scene) -> SeenProcess | Missing:
    """Return the first Python process of the run, or why there is none."""
    if scene.observed is None:
        return Missing("the program has not ended yet")
    if not scene.observed.processes:
        return Missing("no Python process was seen")
    return scene.observed.processes[0]
