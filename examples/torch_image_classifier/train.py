"""Train a small CNN on handwritten digits."""
import argparse
import json
import os
import random
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader, Dataset

try:
    from torch.utils.tensorboard import SummaryWriter
except ImportError:
    SummaryWriter = None


class Digits(Dataset):
    def __init__(self, images, labels, augment=False):
        self.images = torch.tensor(images, dtype=torch.float32).unsqueeze(1) / 16.0
        self.labels = torch.tensor(labels, dtype=torch.long)
        self.augment = augment

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, index):
        image = self.images[index]
        if self.augment:
            image = torch.roll(image, shifts=int(torch.randint(-1, 2, (1,))), dims=2)
            image = image + 0.02 * torch.from_numpy(np.random.randn(*image.shape)).float()
        return image, self.labels[index]


class Net(nn.Module):
    def __init__(self, width=16):
        super().__init__()
        self.conv1 = nn.Conv2d(1, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.dropout = nn.Dropout(0.2)
        self.fc = nn.Linear(2 * width * 4, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc(self.dropout(x.flatten(1)))


def set_seed(seed):
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def evaluate(model, loader):
    model.eval()
    correct, total, loss = 0, 0, 0.0
    with torch.no_grad():
        for x, y in loader:
            out = model(x)
            loss += F.cross_entropy(out, y, reduction="sum").item()
            correct += (out.argmax(1) == y).sum().item()
            total += len(y)
    return loss / total, correct / total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--lr", type=float, default=5e-3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--out", default=".")
    args = parser.parse_args()

    set_seed(args.seed)
    digits = load_digits()
    x_train, x_val, y_train, y_val = train_test_split(
        digits.images, digits.target, test_size=0.25, random_state=args.seed, stratify=digits.target
    )
    train_loader = DataLoader(
        Digits(x_train, y_train, augment=True), args.batch_size, shuffle=True, num_workers=args.workers
    )
    val_loader = DataLoader(Digits(x_val, y_val), 256)

    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, args.epochs)
    checkpoints = os.path.join(args.out, "checkpoints")
    os.makedirs(checkpoints, exist_ok=True)
    writer = SummaryWriter(os.path.join(args.out, "runs")) if SummaryWriter else None

    best, history = 0.0, []
    for epoch in range(args.epochs):
        start = time.time()
        model.train()
        total = 0.0
        for x, y in train_loader:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
        scheduler.step()
        train_loss = total / len(x_train)
        val_loss, acc = evaluate(model, val_loader)
        seconds = time.time() - start
        print(f"epoch {epoch + 1}/{args.epochs}  loss {train_loss:.4f}  val_loss {val_loss:.4f}  acc {acc:.4f}  ({seconds:.1f}s)")
        history.append({"epoch": epoch + 1, "train_loss": train_loss, "val_loss": val_loss, "val_acc": acc, "time": seconds})
        if writer:
            writer.add_scalar("loss/train", train_loss, epoch)
            writer.add_scalar("loss/val", val_loss, epoch)
            writer.add_scalar("acc/val", acc, epoch)
        state = {"epoch": epoch, "model": model.state_dict(), "optimizer": optimizer.state_dict(), "args": vars(args)}
        torch.save(state, os.path.join(checkpoints, "last.pt"))
        if acc > best:
            best = acc
            torch.save(model.state_dict(), os.path.join(checkpoints, "best.pt"))

    if writer:
        writer.close()
    with open(os.path.join(args.out, "metrics.json"), "w") as f:
        json.dump({"best_acc": best, "history": history, "finished": time.strftime("%Y-%m-%d %H:%M:%S")}, f, indent=2)
    print(f"best accuracy {best:.4f}")


if __name__ == "__main__":
    main()
