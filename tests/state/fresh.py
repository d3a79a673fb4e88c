"""A process of its own for what can be tried once in a process: when a library reads a variable, what it imports."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from samerun.basics.portable import pinned

SOURCE = Path(__file__).parents[2] / "src"
_READ = (*pinned(), "XLA_FLAGS", "CUBLAS_WORKSPACE_CONFIG", "NCCL_ALGO", "PYTHONHASHSEED", "PYTHONWARNINGS")


def environment(**variables: str) -> dict[str, str]:
    """Return this process's variables without those that libraries read, and with others."""
    plain = {name: value for name, value in os.environ.items() if name not in _READ}
    return {**plain, "PYTHONPATH": str(SOURCE), "JAX_PLATFORMS": "cpu", **variables}


def fresh(script: str, *options: str, **variables: str) -> list[str]:
    """Run a script that must succeed, and return the lines that it printed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "train.py")
        path.write_text(script, "utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *options, str(path)],
            env=environment(**variables),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
