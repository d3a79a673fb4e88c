"""A training that may be killed at any moment: started again, it ends with the same bits as if nothing had happened.

Everything that a resume can lose is in here: the middle of an epoch, augmentation, dropout, a scheduler, an average of
the weights, accumulated gradients, a loss scaler under autocast, and the history of metrics.
"""

import argparse
from pathlib import Path

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from samerun.state import Checkpoints, make_loader, seed_everything, stream

ACCUMULATE = 2


class Points(torch.utils.data.Dataset):
    """Points on two rings; each is moved a little, in another way each epoch."""

    def __init__(self, count=240):
        generator = torch.Generator().manual_seed(0)
        angle = torch.rand(count, generator=generator) * 2 * torch.pi
        self.label = torch.arange(count) % 2
        self.point = torch.stack([angle.cos(), angle.sin()], 1) * (1 + self.label[:, None])

    def __len__(self):
        return len(self.label)

    def __getitem__(self, index):
        moved = torch.from_numpy(stream("augment", sample=index).normal(0, 0.1, 2)).float()
        return self.point[index] + moved + 0.05 * torch.randn(2), self.label[index]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))

    def forward(self, points):
        return self.layers(points)


def train(folder, epochs=3, workers=0, every=1, seed=0):
    folder = Path(folder)
    seed_everything(seed)
    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
    scheduler = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.05, total_steps=epochs * 6)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0, growth_interval=4)
    ema = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))
    loader = make_loader(Points(), batch_size=20, num_workers=workers)
    history = []
    parts = dict(
        model=model, optimizer=optimizer, scheduler=scheduler, scaler=scaler, ema=ema, loader=loader, history=history
    )

    checkpoints = Checkpoints(folder / "checkpoints", keep_last=2, every=every)
    restored = checkpoints.load(**parts)
    epoch, step = (restored.epoch, restored.step) if restored else (0, 0)
    if restored:
        print(restored, flush=True)

    batches = len(loader)
    while epoch < epochs:
        model.train()
        for points, labels in loader:
            with torch.autocast("cpu", torch.bfloat16):
                loss = nn.functional.cross_entropy(model(points), labels) / ACCUMULATE
            scaler.scale(loss).backward()
            step += 1
            if step % ACCUMULATE:
                continue
            scaler.step(optimizer)
            scaler.update()
            optimizer.zero_grad()
            scheduler.step()
            ema.update_parameters(model)
            history.append(float(loss.detach()))
            if step % batches:  # the end of an epoch is saved below, as the beginning of the next one
                checkpoints.save(epoch=epoch, step=step, mid_epoch=True, **parts)
            print("step", step, flush=True)
        epoch += 1
        checkpoints.save(epoch=epoch, step=step, force=True, metrics={"loss": history[-1]}, **parts)
    final = {name: parts[name].state_dict() for name in ("model", "optimizer", "scheduler", "scaler", "ema")}
    torch.save({**final, "history": history}, folder / "final.pt")
    return {"loss": history[-1]}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", default="run")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=0)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    print(train(arguments.folder, arguments.epochs, arguments.workers, arguments.every))
