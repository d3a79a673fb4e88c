"""HDF5 and the weights of Keras, read in a process of their own: a damaged file may end the one that reads it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path, PurePosixPath

import msgspec

from samerun.outputs.binary import compare_bytes
from samerun.outputs.comparing import Comparing
from samerun.outputs.hdf5_contents import compare_contents, kind
from samerun.record.difference import Difference

MAGIC = b"\x89HDF\r\n\x1a\n"
SECONDS = 1800
"""How long the comparison of two files may take."""

__all__ = ["MAGIC", "SECONDS", "compare", "kind", "recognises"]


class _Task(msgspec.Struct, frozen=True):
    """What the process of its own is told on its standard input."""

    a: str
    b: str
    comparing: Comparing


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A HDF5 file tells by its first bytes."""
    return head.startswith(MAGIC)


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two files by path of group and dataset; chunks, compression and times of creation do not count."""
    task = msgspec.msgpack.encode(_Task(str(a.absolute()), str(b.absolute()), comparing))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-P", "-W", "ignore", "-m", __name__]
    try:
        done = subprocess.run(command, input=task, capture_output=True, env=environment, timeout=SECONDS, check=True)
        return msgspec.msgpack.decode(done.stdout, type=Difference)
    except (OSError, subprocess.SubprocessError, msgspec.MsgspecError):
        return compare_bytes(a, b, "the HDF5 library failed on one of the files", kind)


def main() -> None:
    """Do the task given on standard input, and write the difference to standard output."""
    task = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Task)
    found = compare_contents(Path(task.a), Path(task.b), task.comparing)
    sys.stdout.buffer.write(msgspec.msgpack.encode(found))


if __name__ == "__main__":
    main()
