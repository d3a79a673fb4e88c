"""What recording costs: a small script in a git tree of 1,000 files, and a training of a minute."""

from __future__ import annotations

import statistics
import subprocess
from pathlib import Path

from benchmarks.measuring import SAMERUN, Figure, Spent, in_turn, median_of_pairs, median_wall, run

SMALL_SCRIPT = """\
import csv, json, random
rows = [[float(x) for x in row] for row in csv.reader(open("data.csv"))]
random.seed(1)
total = sum(sum(row) for row in rows) + random.random()
with open("metrics.json", "w") as f:
    json.dump({"total": total}, f)
print("total", total)
"""

TRAINING = """\
import json, sys, time
import torch
steps = int(sys.argv[1])
torch.manual_seed(0)
torch.set_num_threads(1)
model = torch.nn.Sequential(torch.nn.Linear(64, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
optimizer = torch.optim.Adam(model.parameters())
x, y = torch.randn(4096, 64), torch.randint(10, (4096,))
start, used = time.perf_counter(), time.process_time()
with open("log.jsonl", "w") as log:
    for step in range(steps):
        pick = torch.randint(4096, (128,))
        loss = torch.nn.functional.cross_entropy(model(x[pick]), y[pick])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            log.write(json.dumps({"step": step, "loss": loss.item()}) + "\\n")
            print("step", step, "loss", loss.item())
        if step % 2000 == 0:
            torch.save(model.state_dict(), "last.pt")
print("spent", time.perf_counter() - start, time.process_time() - used)
"""


def make_tree(folder: Path, files: int = 1000) -> Path:
    """Make a committed git tree of ``files`` small files with the two scripts in it."""
    for number in range(files):
        path = folder / "package" / f"part{number // 50:02d}" / f"module{number}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# module {number}\n" + "VALUE = 1\n" * (number % 80))
    (folder / "train.py").write_text(SMALL_SCRIPT)
    (folder / "long.py").write_text(TRAINING)
    (folder / "data.csv").write_text("".join(f"{n},{n * 0.5}\n" for n in range(200)))
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "init.defaultBranch=main")
    for arguments in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
    return folder


def small_script(folder: Path, rounds: int = 15) -> Figure:
    """Measure what ``record`` adds to a script of a few milliseconds."""
    command = ("python", "train.py")
    bare, recorded = in_turn(
        rounds, lambda: run(command, folder), lambda: run((SAMERUN, "record", "--", *command), folder)
    )
    added = median_of_pairs([one.wall for one in bare], [one.wall for one in recorded])
    return Figure(
        "record a small script in a git tree of 1,000 files",
        "s",
        median_wall(bare),
        median_wall(recorded),
        added,
        0.15,
        "added ≤ 0.15 s",
    )


def training(folder: Path, seconds: float, rounds: int = 9) -> Figure:
    """Measure what ``record`` adds to a training of ``seconds``, and reckon it up to a minute.

    The slowdown of the loop is taken from the processor time that the program itself saw, which other work on the
    machine disturbs less than the clock; what is added once is taken from the clock.
    """
    probe = loop_seconds(run(("python", "long.py", "2000"), folder))[0]
    steps = str(max(int(2000 * seconds / probe), 1))
    command = ("python", "long.py", steps)
    bare, recorded = in_turn(
        rounds, lambda: run(command, folder), lambda: run((SAMERUN, "record", "--", *command), folder)
    )
    slower = statistics.median(loop_seconds(b)[1] / loop_seconds(a)[1] - 1 for a, b in zip(bare, recorded, strict=True))
    once = median_of_pairs([outside_loop(one) for one in bare], [outside_loop(one) for one in recorded])
    share = slower + once / 60
    note = f"loop of {seconds:.0f} s: {slower:+.2%} of processor time; {once:.2f} s once; of a minute: {share:+.2%}"
    return Figure(
        "a training of a minute", "s", median_wall(bare), median_wall(recorded), share, 0.01, "slower ≤ 1 %", note
    )


def loop_seconds(spent: Spent) -> tuple[float, float]:
    """Return the seconds of the training loop, by the clock and of the processor, as the program printed them."""
    words = next(line for line in spent.output.splitlines() if line.startswith("spent ")).split()
    return float(words[1]), float(words[2])


def outside_loop(spent: Spent) -> float:
    """Return the seconds that were not spent in the training loop."""
    return spent.wall - loop_seconds(spent)[0]
