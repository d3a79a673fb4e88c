"""In a replay at another path: what leads into the original project is led into the workspace.

Only where mount namespaces do not work (``SAMERUN_GUARD`` is the original project, ``SAMERUN_TREE`` the workspace). An
editable install puts the project's own path on ``sys.path``, by a ``.pth`` file or by a finder with a mapping; without
this a replay would run the code as it is now, not as it was recorded.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Mapping

_FINDERS = "__editable__"


def install(environment: Mapping[str, str]) -> None:
    """Change ``sys.path`` and the mappings of editable installs: setuptools has finders, others ``.pth`` files."""
    original, workspace = environment.get("SAMERUN_GUARD"), environment.get("SAMERUN_TREE")
    if not original or not workspace:
        return
    sys.path[:] = [moved(entry, original, workspace) for entry in sys.path]
    for name, module in list(sys.modules.items()):
        mapping = getattr(module, "MAPPING", None) if name.startswith(_FINDERS) else None
        if isinstance(mapping, dict):
            _move_values(mapping, original, workspace)


def moved(path: str, original: str, workspace: str) -> str:
    """Return where a path below the original project lies in the workspace; the environment in it stays where it is."""
    if path != original and not path.startswith(original.rstrip("/") + "/"):
        return path
    prefixes = (sys.prefix, sys.base_prefix)
    if any(path == prefix or path.startswith(prefix + "/") for prefix in prefixes if prefix.startswith(original)):
        return path
    target = os.path.normpath(os.path.join(workspace, os.path.relpath(path, original)))
    return target if os.path.exists(target) else path


def _move_values(mapping: dict[str, Any], original: str, workspace: str) -> None:
    for name, place in mapping.items():
        if isinstance(place, str):
            mapping[name] = moved(place, original, workspace)
