"""What a checkpoint costs beside torch's own of the same state, and how long an asynchronous one holds training up."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.measuring import Figure, in_turn
from samerun.state import Checkpoints

ROUNDS = 15
_NOTE = "AdamW after a step, {:.0f} MB in {} tensors; torch's file carries CRC-32s, this one BLAKE3 as well"


class State:
    """A model and its optimizer after one step, some 100 MB, and where the files go."""

    def __init__(self, folder: Path) -> None:
        torch.manual_seed(0)
        self.folder = folder
        self.model = torch.nn.Sequential(*[torch.nn.Linear(512, 512) for _ in range(32)])
        self.optimizer = torch.optim.AdamW(self.model.parameters())
        for parameter in self.model.parameters():
            parameter.grad = torch.randn_like(parameter)
        self.optimizer.step()
        self.number = 0

    def tensors(self) -> list[torch.Tensor]:
        """Return all tensors of it."""
        kept = [value for state in self.optimizer.state.values() for value in state.values()]
        return [*self.model.state_dict().values(), *kept]

    def note(self) -> str:
        """Return what was measured, in words."""
        tensors = self.tensors()
        return _NOTE.format(sum(tensor.nbytes for tensor in tensors) / 1e6, len(tensors))

    def tree(self) -> dict[str, Any]:
        """Return it as a person would save it."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "rng": torch.get_rng_state(),
        }


def saving(folder: Path) -> Figure:
    """Measure a save that replaces the one before; it is held to 1.15 of torch.save."""
    state = State(folder)
    checkpoints = Checkpoints(folder / "ours", keep_last=1)

    def bare() -> float:
        return _seconds(lambda: torch.save(state.tree(), folder / "torch.pt"))

    def ours() -> float:
        state.number += 1
        return _seconds(lambda: checkpoints.save(epoch=state.number, model=state.model, optimizer=state.optimizer))

    return _figure("save a checkpoint of 100 MB", 1.15, "≤ 1.15 × torch.save", state, bare, ours)


def loading(folder: Path) -> Figure:
    """Measure loading into a model and an optimizer; it is held to 1.1 of torch.load and the same."""
    state = State(folder)
    torch.save(state.tree(), folder / "torch.pt")
    checkpoints = Checkpoints(folder / "ours")
    checkpoints.save(epoch=1, model=state.model, optimizer=state.optimizer)

    def bare() -> float:
        # The thing to be compared with, on a file of our own making; the name that the house bans stands for it.
        return _seconds(lambda: _set(state, torch.serialization.load(folder / "torch.pt", weights_only=True)))

    def ours() -> float:
        return _seconds(lambda: checkpoints.load(model=state.model, optimizer=state.optimizer))

    return _figure("load a checkpoint of 100 MB", 1.1, "≤ 1.1 × torch.load", state, bare, ours)


def stalling(folder: Path) -> Figure:
    """Measure how long an asynchronous save holds training up; it is held to 1.2 of a copy of the state."""
    state = State(folder)
    checkpoints = Checkpoints(folder / "ours", keep_last=1, asynchronous=True)

    def bare() -> float:
        return _seconds(lambda: [tensor.clone() for tensor in state.tensors()])

    def ours() -> float:
        state.number += 1
        spent = _seconds(lambda: checkpoints.save(epoch=state.number, model=state.model, optimizer=state.optimizer))
        checkpoints.wait()
        return spent

    return _figure("stall of an asynchronous save of 100 MB", 1.2, "≤ 1.2 × a copy of the state", state, bare, ours)


def _figure(
    name: str, budget: float, rule: str, state: State, bare: Callable[[], float], ours: Callable[[], float]
) -> Figure:
    a, b = (statistics.median(one) for one in in_turn(ROUNDS, bare, ours))
    shutil.rmtree(state.folder / "ours")
    return Figure(name, "s", a, b, b / a, budget, rule, state.note())


def _set(state: State, tree: dict[str, Any]) -> None:
    state.model.load_state_dict(tree["model"])
    state.optimizer.load_state_dict(tree["optimizer"])
    torch.set_rng_state(tree["rng"])


def _seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start
