"""What one ``log`` call of five metrics costs, beside a bare unbuffered write of the same line."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measuring import Figure, run

# Both are called in blocks that take turns in one process; the median is over the blocks.
SCRIPT = """\
import os, statistics, sys, time
import samerun
BLOCK, BLOCKS = 200, 100
line = b'{"n":1234,"time":1700000000.123456,"step":1234,"epoch":1,"values":{"loss":0.123456789,"acc":0.987654321,\
"lr":0.0003,"grad_norm":1.23456,"tokens_per_s":123456.7},"crc":"0123abcd"}\\n'
bare = os.open("bare.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
took = {"bare": [], "log": []}
with samerun.run("bench") as run:
    for block in range(BLOCKS):
        start = time.perf_counter()
        for _ in range(BLOCK):
            os.write(bare, line)
        middle = time.perf_counter()
        for n in range(BLOCK):
            values = {"loss": 0.1 + n, "acc": 0.98 - n, "lr": 3e-4, "grad_norm": 1.2 * n, "tokens_per_s": 1e5 / (n + 1)}
            run.log(values, step=n)
        end = time.perf_counter()
        took["bare"].append((middle - start) / BLOCK)
        took["log"].append((end - middle) / BLOCK)
print(*(1e6 * statistics.median(took[name][5:]) for name in ("bare", "log")))
"""


def log_call(folder: Path) -> Figure:
    """Measure one call of ``run.log`` in microseconds."""
    script = folder / "log_bench.py"
    script.write_text(SCRIPT)
    words = run((sys.executable, str(script)), folder).output.split()
    bare, measured = float(words[-2]), float(words[-1])
    return Figure("log 5 metrics, surviving kill -9", "µs", bare, measured, measured, 15.0, "≤ 15 µs")
