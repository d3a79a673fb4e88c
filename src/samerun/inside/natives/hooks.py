"""How a function that is given a path is watched: it is wrapped where its callers look it up.

A wrapper's frames pretend to belong to the import system, so that warnings are laid at the door of the user's line as
before.
"""

from __future__ import annotations

import os
import time

from .. import events, files

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable, Iterator, Optional, Union

    Paths = Callable[["Call"], Iterable[tuple[Any, str]]]
    Results = Callable[[Any, "Call"], Iterable[tuple[Any, str]]]

READ, TRUNCATE, APPEND, UPDATE, FOLDER = "read", "truncate", "append", "update", "folder"
"""What a function does to its path; ``folder``: it writes files into it whose names are known only afterwards."""

_HIDDEN = "<frozen importlib._bootstrap samerun>"
_MAGIC = ("*", "?", "[")
_MOST = 20_000  # files of one folder that are looked at

_told: set[int] = set()


class Call:
    """The arguments of one call; for a method the first is the object itself."""

    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.args = args
        self.kwargs = kwargs

    def value(self, position: int, keyword: str, default: Any = None) -> Any:
        """Return an argument however it was given."""
        if keyword in self.kwargs:
            return self.kwargs[keyword]
        return self.args[position] if len(self.args) > position else default


class Hook:
    """One function that opens files natively.

    Args:
        attribute: the function in its module; ``Class.method`` for a method; a class that is closed and opens when it
            is made.
        how: what it does to its path (``READ`` ...), or a function of the call that gives pairs of a path and that.
        position: where the path stands among the arguments (a method's own object counts).
        keyword: the path's name among the arguments.
        after: gives further pairs from what the function returned.
        silent: the function is an initialiser that was not there before; the original is not called.
    """

    __slots__ = ("attribute", "how", "position", "keyword", "after", "silent")

    def __init__(
        self,
        attribute: str,
        how: Union[str, Paths],
        position: int = 0,
        keyword: str = "",
        after: Optional[Results] = None,
        silent: bool = False,
    ) -> None:
        self.attribute = attribute
        self.how = how
        self.position = position
        self.keyword = keyword
        self.after = after
        self.silent = silent

    def pairs(self, call: Call) -> Iterable[tuple[Any, str]]:
        """Return the paths that a call will open, and how."""
        if callable(self.how):
            return self.how(call)
        return [(call.value(self.position, self.keyword), self.how)]


def attach(module: Any, library: str, hooks: Iterable[Hook]) -> None:
    """Wrap the functions of a module; what this version has not, or does not let be replaced, is left."""
    for hook in hooks:
        owner = module
        *parents, name = hook.attribute.split(".")
        for parent in parents:
            owner = getattr(owner, parent, None)
        if owner is None or not hasattr(owner, name):
            continue
        try:
            setattr(owner, name, _replacement(owner, name, _Watch(library, hook)))
        except TypeError:
            continue  # a class written in C that is closed


def _replacement(owner: Any, name: str, watch: _Watch) -> Any:
    raw = vars(owner).get(name)
    if isinstance(raw, (staticmethod, classmethod)):
        return type(raw)(_wrapped(raw.__func__, watch))
    original = getattr(owner, name)
    if isinstance(original, type):
        return _stand_in(original, watch)
    wrapper = _wrapped(original, watch, owner)
    # What a base class written in C has as a static method comes here without a sign of it.
    return staticmethod(wrapper) if isinstance(owner, type) and type(original) is type(len) else wrapper


def _stand_in(original: Any, watch: _Watch) -> Any:
    """Return what looks like a closed class and makes instances of that class itself."""

    class Meta(type(original)):  # type: ignore[misc]
        def __call__(cls, *args: Any, **kwargs: Any) -> Any:
            return call(*args, **kwargs) if cls is made[0] else super().__call__(*args, **kwargs)

        def __instancecheck__(cls, instance: Any) -> bool:
            return isinstance(instance, original)

        def __subclasscheck__(cls, subclass: type) -> bool:
            return issubclass(subclass, original)

    call = _wrapped(original, watch)
    names = ("__module__", "__qualname__", "__doc__")
    made = [Meta(original.__name__, (original,), {name: getattr(original, name, None) for name in names})]
    return made[0]


def _wrapped(original: Any, watch: _Watch, owner: Any = None) -> Any:
    silent = watch.hook.silent

    def wrapper(*args: Any, **kwargs: Any) -> Any:
        finish = watch.begin(args, kwargs)
        result = None if silent else original(*args, **kwargs)
        if finish is not None:
            finish(result)
        return result

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        try:
            setattr(wrapper, name, getattr(original, name))
        except (AttributeError, TypeError):
            pass  # what is written in C has not all of them
    if owner is not None and not isinstance(owner, type) and not hasattr(original, "__code__"):
        # What is written in C is pickled by a way of its own; a function is looked for where its names say.
        wrapper.__module__, wrapper.__qualname__ = owner.__name__, wrapper.__name__
    if not isinstance(original, type):
        wrapper.__dict__.update(getattr(original, "__dict__", {}))
    wrapper.__wrapped__ = original  # type: ignore[attr-defined]
    wrapper.__code__ = wrapper.__code__.replace(co_filename=_HIDDEN)
    return wrapper


class _Watch:
    """Reports what the calls of one function open."""

    def __init__(self, library: str, hook: Hook) -> None:
        self.library = library
        self.hook = hook

    def begin(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Optional[Callable[[Any], None]]:
        """Report what a call will open; return what is to be called with its result, if anything is.

        Raises:
            PermissionError: the call would write into the guarded tree.
        """
        call = Call(args, kwargs)
        try:
            folders = self._tell(self.hook.pairs(call))
        except PermissionError:
            raise
        except Exception as error:  # the edge to the user's program
            self._fault(error)
            return None
        if not folders and self.hook.after is None:
            return None
        return lambda result: self._finish(folders, result, call)

    def _finish(self, folders: list[_Folder], result: Any, call: Call) -> None:
        try:
            for folder in folders:
                self._tell_native(folder.path, FOLDER)
                folder.report()
            if self.hook.after is not None:
                self._tell(self.hook.after(result, call))
        except Exception as error:  # the edge to the user's program
            self._fault(error)

    def _fault(self, error: Exception) -> None:
        if events.is_foreign(error):
            raise error
        events.fault("watching %s.%s" % (self.library, self.hook.attribute), error)

    def _tell(self, pairs: Iterable[tuple[Any, str]]) -> list[_Folder]:
        folders = []
        for value, how in pairs:
            for path in texts(value):
                if how == FOLDER:
                    folders.append(_Folder(path))
                else:
                    self._tell_one(path, how)
        return folders

    def _tell_one(self, path: str, how: str) -> None:
        # Every file is to be reported, also after one that counts.
        seen = [files.note_read(found) for found in expanded(path)] if how == READ else [files.note_write(path, how)]
        if True in seen:
            self._tell_native(path, how)

    def _tell_native(self, path: str, how: str) -> None:
        key = hash((self.library, self.hook.attribute, path, how))
        if key not in _told:
            _told.add(key)
            events.emit("native", self.library, self.hook.attribute, os.path.abspath(path), how)


class _Folder:
    """A folder before files are written into it."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.before = _states(path)
        self.started = time.time_ns()

    def report(self) -> None:
        """Report the files that are new or changed."""
        for path, state in _states(self.path).items():
            if self.before.get(path) != state:
                files.note_written(path, self.before.get(path))


def _states(path: str) -> dict[str, tuple[int, int]]:
    states = {}
    for found in below(path):
        try:
            status = os.stat(found)
        except OSError:
            continue
        states[found] = (status.st_size, status.st_mtime_ns)
    return states


def texts(value: Any) -> Iterator[str]:
    """Yield the local paths of an argument: a path or a list of them; open files, content and URLs are none."""
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from texts(part)
    elif isinstance(value, str) or hasattr(type(value), "__fspath__"):
        text = os.fsdecode(value)
        if text.startswith("file://"):
            text = text[len("file://") :]
        if text and "://" not in text and "\n" not in text and "\0" not in text:
            yield os.path.expanduser(text) if text[0] == "~" else text


def expanded(path: str) -> Iterator[str]:
    """Yield the files that a reader finds under ``path``: itself, those of a folder, or those that a pattern fits."""
    if os.path.isdir(path):
        yield from below(path)
    elif any(sign in path for sign in _MAGIC) and not os.path.lexists(path):
        import glob  # late: only a program that gives a pattern to a reader needs it

        yield from sorted(glob.glob(path, recursive=True))
    else:
        yield path


def below(path: str) -> Iterator[str]:
    """Yield the files below a folder that readers of folders take: not those that begin with a dot or an underscore."""
    count = 0
    for folder, names, found in os.walk(path):
        names[:] = sorted(name for name in names if name[0] not in "._")
        for name in sorted(found):
            count += 1
            if name[0] not in "._" and count < _MOST:
                yield os.path.join(folder, name)
