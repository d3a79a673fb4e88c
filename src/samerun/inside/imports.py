"""The one import hook: other parts say which module they wait for, and are called when the program imports it.

A finder at the head of ``sys.meta_path`` hands every search on to the finders behind it. Only for a module that
somebody waits for is the loader replaced by a proxy, which gives the module its own loader back before it is
executed, so that ``__loader__`` and ``__spec__.loader`` are what they would have been.
"""

from __future__ import annotations

import sys

from . import events

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping

_MACHINERY = "<frozen importlib._bootstrap_external>"
"""The file that the proxy's frames pretend to be of: tracebacks and the levels of warnings pass over it."""

_waiting: dict[str, list[Callable[[Any], None]]] = {}
_seen: set[str] = {"sitecustomize", "usercustomize"}


def when_imported(name: str, action: Callable[[Any], None]) -> None:
    """Call ``action(module)`` once, right after the module ``name`` was executed; at once if it is there already.

    An exception of ``action`` is reported as a fault and goes no further.
    """
    module = sys.modules.get(name)
    if module is not None:
        _act(name, action, module)
    else:
        _waiting.setdefault(name, []).append(action)


def install(environment: Mapping[str, str]) -> None:
    """Put the finder at the head of ``sys.meta_path``."""
    sys.meta_path.insert(0, _Finder())


def _act(name: str, action: Callable[[Any], None], module: Any) -> None:
    try:
        action(module)
    except Exception as error:  # the edge to the user's program
        events.fault("import of " + name, error)


class _Finder:
    """Asks the finders behind it, and puts a proxy before the loader of a module that is waited for."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Return None (the others are asked) unless somebody waits for ``name``."""
        if "." not in name and name not in _seen:
            _seen.add(name)
            events.emit("import", name)
        if name not in _waiting:
            return None
        spec = _find_behind(self, name, path, target)
        if spec is None or spec.loader is None or not hasattr(spec.loader, "exec_module"):
            return spec
        spec.loader = _Proxy(spec.loader)
        return spec

    def find_distributions(self, *arguments: Any) -> list[Any]:
        """Return nothing: ``importlib.metadata`` asks every finder that has this method."""
        return []

    def invalidate_caches(self) -> None:
        """Nothing is cached here."""


def _find_behind(own: object, name: str, path: Any, target: Any) -> Any:
    finders = list(sys.meta_path)
    first = finders.index(own) + 1 if own in finders else 0  # those before have been asked
    for finder in finders[first:]:
        spec = finder.find_spec(name, path, target) if hasattr(finder, "find_spec") else None
        if spec is not None:
            return spec
    return None


class _Proxy:
    """A loader that steps aside: it restores the real one, lets it work, then calls those who wait."""

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> Any:
        if name == "_loader":  # a copy asks before it has one
            raise AttributeError(name)
        return getattr(self._loader, name)

    def create_module(self, spec: Any) -> Any:
        """Create the module as the real loader would."""
        create = getattr(self._loader, "create_module", None)
        return create(spec) if create is not None else None

    def exec_module(self, module: Any) -> None:
        """Execute the module with its real loader, then call those who wait for it."""
        spec = module.__spec__
        spec.loader = module.__loader__ = self._loader
        self._loader.exec_module(module)
        for action in _waiting.pop(spec.name, []):
            _act(spec.name, action, module)


def _hide(function: Any) -> None:
    """Let a function's frames count as the import system's."""
    function.__code__ = function.__code__.replace(co_filename=_MACHINERY)


_hide(_Finder.find_spec)
_hide(_find_behind)
_hide(_Proxy.create_module)
_hide(_Proxy.exec_module)
