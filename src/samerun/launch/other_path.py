"""A replay at another path, where mount namespaces do not work: its arguments and variables lead into the workspace."""

from __future__ import annotations

import os
import re
from pathlib import Path

from samerun.launch.order import Launch
from samerun.launch.tree import is_environment
from samerun.record.missing import NotCaptured


def move_paths(order: Launch, original: Path, workspace: Path) -> None:
    """Have a program that runs at another path find its folder there: arguments, variables and the search path."""
    plan = order.plan
    plan.cwd = _moved(plan.cwd, str(original), str(workspace))
    os.makedirs(plan.cwd, exist_ok=True)
    kept = _environment_prefix(plan.argv[0], original)
    program = plan.argv[0]
    if os.sep in program and not os.path.isabs(program):
        program = os.path.join(os.path.dirname(_moved(plan.cwd, str(workspace), str(original)) + "/"), program)
    moved = [_moved(word, str(original), str(workspace)) for word in plan.argv[1:]]
    plan.argv = [
        program if kept or not program.startswith(str(original)) else _moved(program, str(original), str(workspace)),
        *moved,
    ]
    plan.environment = {
        name: value if name in ("PATH", "VIRTUAL_ENV") else _moved(value, str(original), str(workspace))
        for name, value in plan.environment.items()
    }
    plan.environment["SAMERUN_GUARD"] = str(original)
    order.notes.append(
        NotCaptured("the original path", f"mount namespaces do not work here, so the replay ran in {workspace} instead")
    )


def _environment_prefix(program: str, original: Path) -> bool:
    folder = os.path.dirname(os.path.dirname(os.path.join(original, program)))
    return is_environment(folder)


def _moved(text: str, original: str, workspace: str) -> str:
    """Return a text in which paths below the original folder lead into the workspace."""
    return re.sub(r"(?<![\w.~-])" + re.escape(original) + r"(?=/|$|:)", lambda found: workspace, text)
