"""Character-level language model (a GRU). Nothing is seeded on purpose: every run writes other verses."""
import argparse
import json
import time
from pathlib import Path

import torch
import torch.nn as nn
from safetensors.torch import save_file

HERE = Path(__file__).parent

parser = argparse.ArgumentParser()
parser.add_argument("--text", default=str(HERE / "data" / "verses.txt"))
parser.add_argument("--steps", type=int, default=120)
parser.add_argument("--block", type=int, default=48)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--hidden", type=int, default=96)
parser.add_argument("--lr", type=float, default=4e-3)
parser.add_argument("--out", default="out")
args = parser.parse_args()

text = Path(args.text).read_text(encoding="utf-8")
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
data = torch.tensor([stoi[c] for c in text])


class CharModel(nn.Module):
    def __init__(self, vocab, hidden):
        super().__init__()
        self.embed = nn.Embedding(vocab, 32)
        self.rnn = nn.GRU(32, hidden, batch_first=True)
        self.head = nn.Linear(hidden, vocab)

    def forward(self, idx, state=None):
        out, state = self.rnn(self.embed(idx), state)
        return self.head(out), state


def get_batch():
    starts = torch.randint(len(data) - args.block - 1, (args.batch,))
    x = torch.stack([data[s : s + args.block] for s in starts])
    y = torch.stack([data[s + 1 : s + args.block + 1] for s in starts])
    return x, y


@torch.no_grad()
def sample(model, length=200):
    idx, state, out = torch.tensor([[stoi["\n"]]]), None, []
    for _ in range(length):
        logits, state = model(idx, state)
        idx = torch.multinomial(torch.softmax(logits[:, -1] / 0.8, dim=-1), 1)
        out.append(chars[int(idx)])
    return "".join(out)


out = Path(args.out)
out.mkdir(parents=True, exist_ok=True)
model = CharModel(len(chars), args.hidden)
optimizer = torch.optim.AdamW(model.parameters(), lr=args.lr)
began = time.time()
with open(out / "log.jsonl", "w") as log:
    for step in range(args.steps):
        x, y = get_batch()
        logits, _ = model(x)
        loss = nn.functional.cross_entropy(logits.reshape(-1, len(chars)), y.reshape(-1))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 20 == 0 or step == args.steps - 1:
            record = {"step": step, "loss": loss.item(), "elapsed": time.time() - began}
            log.write(json.dumps(record) + "\n")
            print(f"step {step:4d}  loss {loss.item():.4f}")

save_file(model.state_dict(), str(out / "model.safetensors"))
verses = sample(model)
(out / "sample.txt").write_text(verses, encoding="utf-8")
print(verses)
