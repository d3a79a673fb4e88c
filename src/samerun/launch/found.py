"""A launch with the factors as they are found: what ``record`` does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from samerun.basics.hashing import StatCache, hash_bytes
from samerun.basics.portable import pinned
from samerun.basics.redaction import Redactor, key_at
from samerun.errors import StoreTrouble
from samerun.factors.factor import Plan
from samerun.factors.hash_order import VARIABLE as HASH_SEED
from samerun.factors.nondeterministic_kernel import CUBLAS
from samerun.launch.allowance import Allowance, KeepInputs
from samerun.launch.ground import Ground
from samerun.launch.known_inputs import KnownInputs
from samerun.launch.order import Launch
from samerun.launch.secrets import known_secrets
from samerun.launch.tree import TreeReader, find_tree
from samerun.store.layout import StoreLayout
from samerun.store.objects import Objects

if TYPE_CHECKING:
    from samerun.launch.data_locks import LockedPath

Locking = Callable[[], AbstractContextManager[Callable[[int, int], None]]]

_HASH_SEEDS = 4_294_967_295


@dataclass(frozen=True)
class Request:
    """What a person asked to record.

    ``seed``, ``deterministic`` and ``portable`` are given factors, the only ways to change a result by recording.
    """

    command: list[str]
    name: str | None = None
    tags: tuple[str, ...] = ()
    seed: int | None = None
    deterministic: bool = False
    portable: bool = False
    keep_inputs: KeepInputs = "small"
    data: tuple[str, ...] = ()


def prepare(
    request: Request,
    cwd: Path,
    environment: Mapping[str, str],
    layout: StoreLayout,
    version: str,
    locking: Locking | None = None,
) -> Launch:
    """Look at the project's folder and return the launch of a command in it.

    Args:
        request: the command and what is to be given.
        cwd: where the command is started.
        environment: the user's variables.
        layout: the store; created if it is not there.
        version: samerun's own version.
        locking: makes what is entered while data is locked and told files and bytes done.

    Raises:
        MissingData: data that is to be locked is not there, or cannot be identified.
        StoreTrouble: the project lies in the store.
        OSError: the store cannot be made, or the folder not be read.
    """
    root = find_tree(cwd)
    refuse_store_around(root, layout)
    layout.create()
    redactor = make_redactor(environment, layout, root, cwd)
    redactor.learn(_secrets_given(request.command, redactor))
    allowance, objects = Allowance(request.keep_inputs), Objects(layout.objects)
    locks = _locks(request, cwd, root, layout, locking) if request.data else []
    reader = TreeReader(root, {layout.root}, objects, redactor, StatCache(layout.stat_cache), allowance)
    return Launch(
        name=request.name or name_of(request.command),
        plan=_plan(request, cwd, environment),
        ground=Ground(root, root),
        tree=reader.read(),
        reader=reader,
        found=dict(environment),
        layout=layout,
        redactor=redactor,
        tags=request.tags,
        allowance=allowance,
        known=KnownInputs(layout.input_hashes, [one.lookup for one in locks]),
        locks=locks,
        version=version,
    )


def _locks(request: Request, cwd: Path, root: Path, layout: StoreLayout, locking: Locking | None) -> list[LockedPath]:
    """Lock the data that was named. What can do that is loaded here: a run without it need not pay for it."""
    lock_paths = import_module("samerun.launch.data_locks").lock_paths
    with nullcontext() if locking is None else locking() as progress:
        locks: list[LockedPath] = lock_paths(request.data, cwd, root, layout, progress)
    return locks


def _secrets_given(command: list[str], redactor: Redactor) -> Iterator[str]:
    """Yield the values that are secret by their option, so that they are found when they are printed too."""
    for word, shown in zip(command, redactor.arguments(command), strict=True):
        name, _, value = word.partition("=")
        if shown == redactor.mark(word):
            yield word
        elif value and shown == f"{name}={redactor.mark(value)}":
            yield value


def refuse_store_around(project: Path, layout: StoreLayout) -> None:
    """Refuse a store that is the project's own folder or lies around it: git is told to ignore all that is in a store.

    Raises:
        StoreTrouble: it is one.
    """
    if layout.root in (project, *project.parents):
        raise StoreTrouble(
            f"The store {layout.root} cannot be the folder that the project lies in.",
            "Set SAMERUN_STORE, or store in [tool.samerun] of pyproject.toml, to a folder of its own.",
            store=str(layout.root),
        )


def make_redactor(environment: Mapping[str, str], layout: StoreLayout, *folders: Path) -> Redactor:
    """Return a redactor that knows the secrets of the variables and of the ``.env`` files in these folders."""
    return Redactor(known_secrets(environment, *folders), key=key_at(layout.key))


def _plan(request: Request, cwd: Path, environment: Mapping[str, str]) -> Plan:
    plan = Plan(list(request.command), str(cwd), dict(environment), seed=request.seed)
    plan.deterministic, plan.portable = request.deterministic or request.portable, request.portable
    plan.entropy = os.urandom(32).hex() if request.seed is None else hash_bytes(f"samerun seed {request.seed}".encode())
    if request.portable:
        plan.environment.update(pinned())
        plan.environment.setdefault("NCCL_ALGO", "Ring")  # trees depend on where the processes are
    if plan.environment.get(HASH_SEED, "random") in ("", "random"):
        drawn = str(int(plan.entropy[-8:], 16) % _HASH_SEEDS + 1)
        plan.environment[HASH_SEED] = "0" if request.portable else drawn  # another machine would draw another
    if plan.deterministic:
        plan.environment.setdefault(CUBLAS, ":4096:8")
        plan.environment.setdefault("TF_DETERMINISTIC_OPS", "1")
    return plan


def name_of(command: list[str]) -> str:
    """Return a name for a command: its script or module, else the program."""
    words = [word for word in command[1:] if not word.startswith("-")]
    script = next((word for word in words if PurePath(word).suffix in (".py", ".sh", ".ipynb", ".R", ".jl")), None)
    if script is not None:
        return PurePath(script).stem
    if "-m" in command[:-1]:
        return command[command.index("-m") + 1]
    return PurePath(command[0]).stem if command else "nothing"
