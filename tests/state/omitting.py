"""A training with every part that a checkpoint must hold, of which one or several are left out of it.

Checkpoints are plain ``torch.save`` of plain states, as people write them.
"""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

PARTS = (
    "model", "optimizer", "scheduler", "scaler", "ema", "order", "epoch",
    "python", "numpy", "torch", "own generator", "buffer", "weighting",
)  # fmt: skip
EPOCHS, BATCHES, EVERY = 4, 5, 2


class Net(nn.Module):
    """Dropout draws from torch; the batch norm and a counter that is not persistent have buffers."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.norm, self.drop, self.two = nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 1)
        self.register_buffer("seen", torch.zeros(()), persistent=False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training:
            self.seen += 1
        return self.two(self.drop(torch.relu(self.norm(self.one(x))))) * (1 + 0.01 * self.seen)


def train(folder: Path, omit: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Train, with a checkpoint every two steps, and go on from the last one."""
    torch.manual_seed(0), random.seed(0), np.random.seed(0)
    data = torch.randn(BATCHES * 6, 4, generator=torch.Generator().manual_seed(1))
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=12)
    scaler = torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=3)
    ema = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9))
    own = np.random.default_rng(5)
    weighting = 1.0
    epoch, done = 0, 0
    state = load(folder)
    if state:
        model.load_state_dict(state.get("model", model.state_dict()))
        model.seen.copy_(state.get("buffer", model.seen))
        optimizer.load_state_dict(state.get("optimizer", optimizer.state_dict()))
        scheduler.load_state_dict(state.get("scheduler", scheduler.state_dict()))
        scaler.load_state_dict(state.get("scaler", scaler.state_dict()))
        ema.load_state_dict(state.get("ema", ema.state_dict()))
        epoch, done, weighting = state.get("epoch", 0), state.get("order", 0), state.get("weighting", 1.0)
        if "python" in state:
            random.setstate(state["python"])
        if "numpy" in state:
            np.random.set_state(("MT19937", np.array(state["numpy"][0], np.uint32), *state["numpy"][1:]))
        if "torch" in state:
            torch.set_rng_state(state["torch"])
        own.bit_generator.state = state.get("own generator", own.bit_generator.state)
    step = epoch * BATCHES + done
    while epoch < EPOCHS:
        order = torch.randperm(len(data), generator=torch.Generator().manual_seed(100 + epoch)).split(6)
        while done < BATCHES:
            x = data[order[done]] + 0.1 * random.random() + 0.1 * np.random.random() + 0.1 * own.random()
            with torch.autocast("cpu", torch.bfloat16):
                loss = weighting * model(x).float().square().mean()
            optimizer.zero_grad()
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
            scheduler.step()
            ema.update_parameters(model)
            weighting = 0.9 * weighting + 0.1 * float(loss.detach())
            done, step = done + 1, step + 1
            if step % EVERY == 0:
                save(folder, omit, model, optimizer, scheduler, scaler, ema, own, weighting, epoch, done)
        epoch, done = epoch + 1, 0
    return {"weights": model.state_dict(), "ema": ema.state_dict()}


def load(folder: Path) -> dict[str, Any]:
    path = folder / "last.pt"
    return torch.load(path, weights_only=True) if path.exists() else {}


def save(folder, omit, model, optimizer, scheduler, scaler, ema, own, weighting, epoch, done) -> None:  # type: ignore[no-untyped-def]
    name, keys, *rest = np.random.get_state()
    state = {
        "model": model.state_dict(), "buffer": model.seen, "optimizer": optimizer.state_dict(),
        "scheduler": scheduler.state_dict(), "scaler": scaler.state_dict(), "ema": ema.state_dict(),
        "order": done, "epoch": epoch, "weighting": weighting, "python": random.getstate(),
        "numpy": [keys.tolist(), *rest], "torch": torch.get_rng_state(), "own generator": own.bit_generator.state,
    }  # fmt: skip
    torch.save({part: one for part, one in state.items() if part not in omit}, folder / "new.pt")
    os.replace(folder / "new.pt", folder / "last.pt")
