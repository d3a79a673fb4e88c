"""The number of threads: one, whatever the program asks for; or a loader with another number of workers.

``one`` holds it still: the calls that set a number of threads set nothing, and the variables stay as they were given.
Asked for the number, a library that can be asked gives the one that was set. ``workers`` lets a loader of torch do
itself what it had workers for, and the other way round; ``watch`` notes where a loader is made.
"""

from __future__ import annotations

import os
import posix
import sys

from .. import imports, standins
from . import asked, completion_mode

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Callable

KIND = "thread-count"
ONE, WORKERS = "one", "workers"

VARIABLES = frozenset([
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMEXPR_MAX_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS",
    "POLARS_MAX_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "NPROC",
])  # fmt: skip
"""What libraries take their number of threads from when they are loaded."""

_SETTERS = {
    "torch": ("set_num_threads", "set_num_interop_threads"),
    "numexpr": ("set_num_threads",),
    "numba": ("set_num_threads",),
    "mkl": ("set_num_threads", "set_num_threads_local"),
    "cv2": ("setNumThreads",),
    "tensorflow.python.framework.config": ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"),
}
_FOR_WORKERS = ("prefetch_factor", "persistent_workers", "timeout", "multiprocessing_context", "in_order")
_OTHER_WORKERS = 2


def install(mode: str) -> None:
    """Hold the number of threads still, or vary the number of workers, from now on.

    Args:
        mode: ``one``, ``workers`` or ``watch``.
    """
    if mode == ONE:
        _hold()
    else:
        imports.when_imported("torch.utils.data.dataloader", lambda module: _attach_loader(module, mode))


def _hold() -> None:
    for name in VARIABLES & {os.fsdecode(each) for each in posix.environ}:
        posix.putenv(name, "1")
    standins.replace("putenv", _putenv, os)
    standins.replace("unsetenv", _unsetenv, os)
    for module, names in _SETTERS.items():
        imports.when_imported(module, lambda found, names=names: _ignore(found, names))  # type: ignore[misc]
    imports.when_imported("threadpoolctl", _attach_controllers)
    imports.when_imported("joblib.parallel", _attach_joblib)


def _putenv(original: Callable[..., None], name: Any, value: Any) -> None:
    """Keep what libraries read; ``os.environ`` shows the program what it has set."""
    if os.fsdecode(name) not in VARIABLES:
        original(name, value)


def _unsetenv(original: Callable[..., None], name: Any) -> None:
    if os.fsdecode(name) not in VARIABLES:
        original(name)


def _ignore(module: Any, names: tuple[str, ...]) -> None:
    """Let the functions of a module that set a number of threads only remember it."""
    native = getattr(module, "_C", None)
    for name in names:
        if not hasattr(module, name):
            continue
        getattr(module, name)(1) if name == "set_num_threads" else None  # its library may have been loaded before
        numbers = [_asking(module, name)]
        asking = name.replace("set", "get", 1)
        standins.replace(name, _remember(numbers), *(each for each in (module, native) if each is not None))
        if hasattr(module, asking):
            standins.replace(asking, _tell(numbers), *(each for each in (module, native) if each is not None))


def _asking(module: Any, name: str) -> Any:
    get = getattr(module, name.replace("set", "get", 1), None)
    return get() if get is not None else 1


def _remember(numbers: list[Any]) -> Callable[..., None]:
    def remember(original: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        if not asked.applies(KIND, sys._getframe(2)):
            original(*args, **kwargs)
        numbers[0] = (*args, *kwargs.values(), 1)[0]

    return remember


def _tell(numbers: list[Any]) -> Callable[..., Any]:
    return lambda original, *args, **kwargs: numbers[0]


def _attach_controllers(module: Any) -> None:
    for controller in getattr(module, "LibController", object).__subclasses__():
        if "set_num_threads" in vars(controller):
            completion_mode.wrap(controller, "set_num_threads", lambda original, self, number: original(self, 1))


def _attach_joblib(module: Any) -> None:
    """Let joblib do the work itself, one piece after the other."""

    def make(original: Callable[..., None], parallel: Any, n_jobs: Any = None, *args: Any, **kwargs: Any) -> None:
        is_asked = asked.applies(KIND, sys._getframe(2))
        original(parallel, 1 if is_asked else n_jobs, *args, **kwargs)

    completion_mode.wrap(module.Parallel, "__init__", make)


def _attach_loader(module: Any, mode: str) -> None:
    def make(original: Callable[..., None], loader: Any, *args: Any, **kwargs: Any) -> None:
        frame = sys._getframe(2)
        if mode == asked.WATCH:
            asked.note(KIND, frame)
        elif mode == WORKERS and asked.applies(KIND, frame):
            args, kwargs = _with_other_workers(args, kwargs)
        original(loader, *args, **kwargs)

    completion_mode.wrap(module.DataLoader, "__init__", make)


_PLACE_OF_WORKERS = 5  # dataset, batch_size, shuffle, sampler, batch_sampler, num_workers


def _with_other_workers(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return a loader's arguments with workers where it had none, and without where it had some."""
    number = args[_PLACE_OF_WORKERS] if len(args) > _PLACE_OF_WORKERS else kwargs.get("num_workers", 0)
    other = 0 if number else _OTHER_WORKERS
    if number:
        kwargs = {name: value for name, value in kwargs.items() if name not in _FOR_WORKERS}
    if len(args) > _PLACE_OF_WORKERS:
        return (*args[:_PLACE_OF_WORKERS], other, *args[_PLACE_OF_WORKERS + 1 :]), kwargs
    return args, {**kwargs, "num_workers": other}
