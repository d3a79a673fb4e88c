"""Which files are the program's affair: not the interpreter's own, not the environment's, not ours.

Paths here are absolute and normal (``normal``); symbolic links are not resolved.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Mapping

_SYSTEM = (
    *("/proc/", "/sys/", "/etc/", "/bin/", "/sbin/", "/lib/", "/lib32/", "/lib64/", "/libx32/"),
    *("/var/lib/", "/var/cache/", "/run/systemd/", "/run/lock/", "/run/user/", "/run/nscd/", "/run/shm/"),
    *("/snap/", "/nix/store/"),
    *("/usr/%s/" % name for name in ("bin", "sbin", "lib", "lib32", "lib64", "libexec", "libx32", "include", "share")),
    *("/usr/local/%s/" % name for name in ("bin", "sbin", "lib", "lib64", "libexec", "include", "share", "etc")),
    "/opt/rocm",
    "/usr/local/cuda",
    "/System/Library/",
)
"""Folders of the operating system. What people keep beside them (/usr/src, /usr/local/data, /run/media) counts."""

_OF_PREFIX = ("bin", "include", "share", "etc", "lib64", "libexec", "ssl", "conda-meta", "var", "sbin")
_MADE_BY_VENV = ("bin", "include", "lib64")
_PACKAGES = ("/site-packages/", "/dist-packages/")
_IMPORTERS = ("<frozen importlib", "<frozen zipimport", "<samerun")
_LISTERS = (
    *("/importlib/", "/pkgutil.py", "/pkg_resources/", "/importlib_metadata/"),
    *("/shutil.py", "/tempfile.py", "/linecache.py"),
)
_CELLS = ("<ipython-input", "<stdin>", "<string>")


class _Places:
    """What ``install`` worked out, once a process."""

    def __init__(self) -> None:
        self.tree = "\0"
        self.dropped = _SYSTEM
        self.dropped_in_tree: tuple[str, ...] = ()
        self.guard = ""
        self.allowed: tuple[str, ...] = ()
        self.user_code: dict[str, bool] = {}


_places = _Places()


def install(environment: Mapping[str, str]) -> None:
    """Work out what is dropped from SAMERUN_TREE, SAMERUN_RUN, SAMERUN_SPOOL, SAMERUN_GUARD and the interpreter."""
    tree = environment.get("SAMERUN_TREE")
    own = [environment.get(name) for name in ("SAMERUN_RUN", "SAMERUN_SPOOL")]
    inside = os.path.dirname(os.path.abspath(__file__))
    ours = [_folder(path) for path in (*own, inside) if path]
    places = _Places()
    places.tree = _folder(tree) if tree else "\0"
    # The library too, which a program may use from sources (an editable install).
    dropped = [*ours, _folder(os.path.dirname(inside)), *_of_environment(places.tree)]
    places.dropped = (*_SYSTEM, "/dev/", *dropped)
    places.dropped_in_tree = tuple(path for path in dropped if path.startswith(places.tree) and path != places.tree)
    guard = environment.get("SAMERUN_GUARD")
    places.guard = _folder(guard) if guard else ""
    places.allowed = (places.tree, *ours)
    globals()["_places"] = places


def _folder(path: str) -> str:
    return os.path.abspath(path).rstrip("/") + "/"


def _of_environment(tree: str) -> list[str]:
    """Return the folders of the interpreter and its environment, both as named and as they really are."""
    named = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes = named | {os.path.realpath(prefix) for prefix in named}
    standard = os.path.dirname(os.path.abspath(os.__file__))
    folders = [standard + "/", os.path.realpath(standard) + "/"]
    for prefix in (_folder(prefix) for prefix in prefixes):
        if prefix.startswith(tree) and prefix != tree:
            folders.append(prefix)
        else:
            folders += _below_prefix(prefix, _MADE_BY_VENV if prefix == tree else _OF_PREFIX)
    return folders


def _below_prefix(prefix: str, names: tuple[str, ...]) -> list[str]:
    """Return what belongs to an environment; a project that lies below its folder, or is that folder, does not."""
    if prefix in ("/", "/usr/", "/usr/local/"):
        return []
    library = "lib/" if os.path.exists(prefix + "conda-meta") else "lib/python%d.%d/" % sys.version_info[:2]
    return [prefix + "pyvenv.cfg", prefix + library, *(prefix + name + "/" for name in names)]


def normal(path: str) -> str:
    """Return ``path`` absolute (from the present working directory) and without ``.``, ``..`` and double slashes."""
    if path[:1] != "/":
        path = os.getcwd() + "/" + path
    if "/." in path or "//" in path or path[-1:] == "/":
        path = os.path.normpath(path)
        if path[:2] == "//":
            path = path[1:]
    return path


def is_seen(path: str) -> bool:
    """Say whether a file counts."""
    places = _places
    if path.startswith(places.tree):
        if path.startswith(places.dropped_in_tree):
            return False
    elif path.startswith(places.dropped) and not path.startswith("/dev/shm/"):
        return False
    return _PACKAGES[0] not in path and _PACKAGES[1] not in path


def is_user_code(filename: str) -> bool:
    """Say whether ``co_filename`` is the user's own code: a file of the tree, a cell, or what follows ``-c``."""
    known = _places.user_code
    if filename not in known:
        known[filename] = _is_user_code(filename)
    return known[filename]


def _is_user_code(filename: str) -> bool:
    if filename.startswith("<") or "/ipykernel_" in filename:
        return filename.startswith(_CELLS) or "/ipykernel_" in filename
    path = normal(filename)
    return path.startswith(_places.tree) and is_seen(path)


def is_machinery(filename: str) -> bool:
    """Say whether a folder is listed to find modules or to be removed: the order of its entries means nothing then."""
    return filename.startswith(_IMPORTERS) or any(part in filename for part in _LISTERS)


def source_of(path: str) -> str:
    """Return the source file of a compiled one; any other path as it is; empty for what else ``__pycache__`` holds."""
    prefix = sys.pycache_prefix
    if prefix and path.startswith(_folder(prefix)):
        folder, name = os.path.split(path[len(_folder(prefix)) - 1 :])
    elif "/__pycache__/" in path:
        folder, name = os.path.split(path)
        folder = folder[: folder.rindex("/__pycache__")]
    else:
        return path
    parts = name.split(".")
    if parts[-1] != "pyc" or len(parts) < 3:
        return ""
    kept = parts[:-3] if parts[-2].startswith("opt-") else parts[:-2]
    return folder + "/" + ".".join(kept) + ".py"


def guards() -> bool:
    """Say whether this run has a guarded tree."""
    return bool(_places.guard)


def refusal(path: str) -> str:
    """Return why a file must not be written, which is that a replay has a tree of its own; empty if it may be."""
    guard = _places.guard
    if not guard or not (path + "/").startswith(guard) or (path + "/").startswith(_places.allowed):
        return ""
    return "samerun replays this run in a folder of its own, and the original one is not to be written"
