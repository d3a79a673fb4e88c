"""Libraries that the program imports later: what is to be done right after their import.

It is the hook by which a recording enters a program too: in a recorded process that one is used, elsewhere it is put
in place on the first call, once for everything in ``samerun.state``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from samerun.inside import imports

_RECORDED = "_samerun_inside.imports"
"""The hook's name in a recorded process, where the recorder has loaded it as a package of its own."""

_installed: list[bool] = []


def when_imported(name: str, action: Callable[[Any], None]) -> None:
    """Call ``action(module)`` once, right after the module ``name`` was executed; at once if it is there already.

    Args:
        name: the full name of the module.
        action: must not fail: an exception goes no further, so that it cannot break the program's import.
    """
    hook: Any = sys.modules.get(_RECORDED)
    if hook is None:
        hook = imports
        if not _installed:
            _installed.append(True)
            imports.install({})
    hook.when_imported(name, action)
