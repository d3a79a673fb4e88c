"""The way in: Python imports this at the start of every process below ``samerun record``.

It takes its own folder off ``sys.path`` (PYTHONPATH stays, for children), opens the process's channel, installs what
observes and what supplies, and then hands over to the ``sitecustomize`` that would have been imported without it.
"""

from __future__ import annotations

import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_NAME = "_samerun_inside"


def _enter() -> None:
    """Load the parts as a package under a name of their own, and start them."""
    package = type(sys)(_NAME)
    package.__path__ = [_FOLDER]
    sys.modules[_NAME] = package
    # Only now can the parts be found; their name keeps them apart from a samerun that the program itself imports.
    from _samerun_inside import start  # type: ignore[import-not-found]

    start.start(os.environ)


def _enter_compiled() -> None:
    """Enter, keeping our own compiled files where the program keeps none of its own: compiling costs 20 ms."""
    wanted = sys.dont_write_bytecode
    sys.dont_write_bytecode = False
    try:
        _enter()
    finally:
        sys.dont_write_bytecode = wanted


def _chain() -> None:
    """Import the ``sitecustomize`` that ours has hidden, if there is one."""
    ours = sys.modules.pop("sitecustomize", None)
    try:
        # The next one on the path, now that our folder is no longer there.
        import sitecustomize  # type: ignore[import-not-found]  # noqa: F401
    except ImportError as error:
        if error.name != "sitecustomize":
            raise
        if ours is not None:
            sys.modules["sitecustomize"] = ours


sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _FOLDER]
try:
    _enter_compiled()
except Exception:  # the edge to the user's program: recording may fail, the program may not
    pass
_chain()
