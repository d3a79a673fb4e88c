"""Callables that take a builtin function's place without looking different.

A Python function would not do: kept as an attribute of a class it turns into a method, which a builtin never does.
"""

from __future__ import annotations

from . import events

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable


class StandIn:
    """Calls ``action(original, *arguments)`` wherever ``original`` was called.

    It equals and hashes as the original (``os.execve in os.supports_fd``), is pickled by the original's name, and
    shows the original's signature.
    """

    def __init__(self, original: Any, action: Callable[..., Any]) -> None:
        self.__wrapped__ = original
        self.__name__ = original.__name__
        self.__qualname__ = original.__qualname__
        self.__module__ = original.__module__
        self.__doc__ = original.__doc__
        self._action = action

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Do ``action`` in place of the original."""
        return self._action(self.__wrapped__, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name == "__wrapped__":  # a copy asks before it has one
            raise AttributeError(name)
        return getattr(self.__wrapped__, name)

    def __reduce__(self) -> Any:
        return str(self.__qualname__)

    def __repr__(self) -> str:
        return repr(self.__wrapped__)

    def __eq__(self, other: object) -> bool:
        return other is self or other == self.__wrapped__

    def __hash__(self) -> int:
        return hash(self.__wrapped__)


class Wire(StandIn):
    """A stand-in that steps aside once it has told what there was to tell.

    Whoever imported it by name keeps it. Its class is its own, so the original itself becomes the class's
    ``__call__``: a call then costs 10 nanoseconds more than one of the original, a fifth of what a function would.
    """

    def step_aside(self) -> None:
        """Let calls through."""
        type(self).__call__ = staticmethod(self.__wrapped__)  # type: ignore[method-assign]

    def step_in(self) -> None:
        """Do the action at each call, as in the beginning."""
        type(self).__call__ = StandIn.__call__  # type: ignore[method-assign]

    def __reduce_ex__(self, protocol: Any) -> Any:
        reduced = self.__wrapped__.__reduce_ex__(protocol)
        if not isinstance(reduced, str):
            return reduced
        # By its name pickle would not find it once it has stepped aside. Few pickle it: the import can wait.
        from pkgutil import resolve_name

        return resolve_name, ("%s:%s" % (self.__module__, reduced),)

    def __copy__(self) -> Wire:
        return self

    def __deepcopy__(self, memo: Any) -> Wire:
        return self


def wire(original: Any, action: Callable[..., Any]) -> Wire:
    """Return a stand-in for ``original``, which can step aside."""
    own: type[Wire] = type("StandIn", (Wire,), {})
    return own(original, action)


def replace(name: str, action: Callable[..., Any], *modules: Any) -> None:
    """Put a stand-in for the function ``name`` into every one of ``modules`` that has it.

    Args:
        name: the function's name in the modules.
        action: called with the original function and the call's arguments.
        modules: those that have it get one and the same stand-in; the first of them gives the original.
    """
    holders = [module for module in modules if hasattr(module, name)]
    if not holders:
        return
    stand_in = StandIn(getattr(holders[0], name), action)
    for module in holders:
        setattr(module, name, stand_in)


def report(place: str, error: Exception) -> None:
    """Report a fault of ours, and raise what a signal's handler of the program raised in the midst of our code."""
    if events.is_foreign(error):
        raise error
    events.fault(place, error)


def look_like(function: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``function`` the names and the description of ``original``, and return it."""
    for attribute in ("__name__", "__qualname__", "__module__", "__doc__", "__defaults__", "__kwdefaults__"):
        if hasattr(original, attribute):
            setattr(function, attribute, getattr(original, attribute))
    function.__annotations__ = dict(original.__annotations__)
    return function
