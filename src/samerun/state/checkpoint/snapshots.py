"""Copies of storages in memory that is used again and again, and a thread that writes while training goes on."""

from __future__ import annotations

import atexit
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor

import torch


class Buffers:
    """Memory for one copy of a state; kept, so that only the first copy pays for it.

    Storages on a GPU are copied into pinned memory, all in flight at once.
    """

    def __init__(self) -> None:
        self._buffers: list[torch.Tensor] = []

    def copy(self, storages: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        """Return copies of flat tensors on the CPU; they hold until the next call."""
        del self._buffers[len(storages) :]
        devices = set()
        for number, storage in enumerate(storages):
            if number == len(self._buffers):
                self._buffers.append(_like(storage))
            elif not _fits(self._buffers[number], storage):
                self._buffers[number] = _like(storage)
            pinned = storage.device.type == "cuda"
            self._buffers[number].copy_(storage, non_blocking=pinned)
            if pinned:
                devices.add(storage.device)
        for device in devices:
            torch.cuda.current_stream(device).synchronize()
        return list(self._buffers)


def _like(storage: torch.Tensor) -> torch.Tensor:
    return torch.empty(storage.numel(), dtype=storage.dtype, pin_memory=storage.device.type == "cuda")


def _fits(buffer: torch.Tensor, storage: torch.Tensor) -> bool:
    pinned = storage.device.type == "cuda"
    same = buffer.numel() == storage.numel() and buffer.dtype == storage.dtype
    return bool(same and buffer.is_pinned() == pinned)


class Background:
    """Runs one task at a time in a thread; what went wrong is raised by the next ``wait``.

    The interpreter waits for a task in flight before it ends; only a kill ends it in the middle.
    """

    def __init__(self) -> None:
        self._task: Future[object] | None = None
        _all.add(self)

    def start(self, task: Callable[[], object]) -> None:
        """Start a task; the one before is waited for first."""
        self.wait()
        pool = ThreadPoolExecutor(1, "samerun-checkpoint")
        self._task = pool.submit(task)
        pool.shutdown(wait=False)

    def join(self) -> None:
        """Wait for the task in flight, whatever comes of it."""
        if self._task is not None:
            futures.wait([self._task])

    def wait(self) -> None:
        """Wait for the task in flight.

        Raises:
            Exception: whatever the task raised.
        """
        task, self._task = self._task, None
        if task is not None:
            task.result()


_all: weakref.WeakSet[Background] = weakref.WeakSet()


def _join() -> None:
    for background in list(_all):
        background.join()


def _tell() -> None:
    """Raise at the interpreter's end what nobody asked for, so that it is seen on standard error."""
    for background in list(_all):
        background.wait()


# Before the pools of concurrent.futures are closed, which the writer needs (what is registered last is called first);
# where there is no such hook the task fails, and the error is told on standard error.
getattr(threading, "_register_atexit", atexit.register)(_join)
atexit.register(_tell)
