"""What a project says about samerun in its ``pyproject.toml``: ``[tool.samerun]``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from samerun.basics import files


def settings(project: Path) -> dict[str, object]:
    """Return the table ``[tool.samerun]`` of a project's folder; empty where there is none that can be read."""
    try:
        document = tomllib.loads(files.read_bytes(project / "pyproject.toml").decode())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
    tool = document.get("tool")
    table = tool.get("samerun") if isinstance(tool, dict) else None
    return table if isinstance(table, dict) else {}


def volatile_names(project: Path) -> tuple[str, ...]:
    """Return the names of fields that a project declares volatile: ``volatile = ["my_field", "*_stamp"]``."""
    names = settings(project).get("volatile", [])
    return tuple(name for name in names if isinstance(name, str)) if isinstance(names, list) else ()
