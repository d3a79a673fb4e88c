"""Programs of several ranks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[3] / "src"


def run_ranks(folder: Path, size: int, what: str) -> list[str]:
    """Run ``rank_program.py`` on so many ranks (gloo); return what each printed."""
    store = folder / f"store-{what}-{size}"
    environment = {**os.environ, "PYTHONPATH": str(SOURCE), "OMP_NUM_THREADS": "1"}
    program = Path(__file__).with_name("rank_program.py")
    running = [
        subprocess.Popen(
            [sys.executable, program, store, str(rank), str(size), folder / "c", what],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        for rank in range(size)
    ]
    ended = [(*each.communicate(timeout=120), each.returncode) for each in running]
    for out, err, status in ended:
        assert status == 0, f"{out}\n{err}"
    return [out for out, _, _ in ended]
