"""Looks on while a program trains with torch: each call of a module, each step of an optimizer.

It changes no number: it draws nothing, moves nothing, and is gone when the block ends. Only the thread that opened it
is watched, and what torch.compile has made one is seen from outside alone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import torch
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


class Watcher(Protocol):
    """What is told of a training, in the order in which it happens.

    Depth 0 is a module that no other module calls. A method may end
    the training with an exception that derives from BaseException alone, which no ``except Exception`` catches.
    """

    def entered(self, module: torch.nn.Module, inputs: tuple[Any, dict[str, Any]], depth: int) -> None:
        """A module is about to be called with these arguments."""

    def left(self, module: torch.nn.Module, output: object, depth: int) -> None:
        """A module has returned."""

    def step_due(self, optimizer: torch.optim.Optimizer) -> None:
        """An optimizer is about to use the gradients."""

    def step_done(self, optimizer: torch.optim.Optimizer) -> None:
        """An optimizer has changed the weights."""


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell ``watcher`` of everything that this thread trains inside the block.

    Costs about 2 µs a call of a module beside what the watcher does.
    """
    here = threading.get_ident()
    original = torch.nn.Module.__call__
    before = register_optimizer_step_pre_hook(_from_this_thread(here, watcher.step_due))
    after = register_optimizer_step_post_hook(_from_this_thread(here, watcher.step_done))
    # Torch's own hooks on all modules hide keyword arguments before the call, and lose their place on exceptions.
    torch.nn.Module.__call__ = _telling(watcher, original, here)
    try:
        yield
    finally:
        torch.nn.Module.__call__ = original
        before.remove()
        after.remove()


def _from_this_thread(here: int, tell: Callable[[Any], None]) -> Callable[[Any, Any, Any], None]:
    def hook(optimizer: torch.optim.Optimizer, args: object, kwargs: object) -> None:
        if threading.get_ident() == here:
            tell(optimizer)

    return hook


def _telling(watcher: Watcher, original: Callable[..., Any], here: int) -> Callable[..., Any]:
    depth = 0

    def call(module: torch.nn.Module, *args: Any, **kwargs: Any) -> Any:
        nonlocal depth
        if torch.compiler.is_compiling() or threading.get_ident() != here:
            return original(module, *args, **kwargs)
        watcher.entered(module, (args, kwargs), depth)
        depth += 1
        try:
            output = original(module, *args, **kwargs)
        finally:
            depth -= 1
        watcher.left(module, output, depth)
        return output

    return call
