"""Comparing runs nothing that a file holds: hostile files under an audit hook that sees what Python does."""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest

CANARY = "canary.txt"
FORBIDDEN = (
    "pickle.find_class",
    "exec",
    "compile",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
)

WATCH = """
import json, sys, time
from pathlib import Path
from samerun.outputs import compare_files, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.window import Window

folder, task = Path(sys.argv[1]), json.loads(sys.argv[2])
comparing = Comparing(Window(0, time.time()), Window(0, time.time()))

def compare(one, two):
    return compare_files(one, folder / one, folder / two, comparing)

for pair in task["warm"]:  # libraries are imported before the watch begins
    compare(*pair)
seen, kinds = [], []
def watch(event, args):
    writing = event == "open" and args[1] in ("w", "a", "x")
    if writing or event in task["forbidden"] or event.startswith(("socket.", "ctypes.")):
        seen.append((event, str(args)[:200]))
sys.addaudithook(watch)
for pair in task["pairs"]:
    found = compare(*pair)
    kinds.append([pair[0], found.label, found.verdict, found.detail])
print(json.dumps([seen, kinds]))
"""


class Payload:
    """What an attacker would have unpickled; ``made_of`` is the call that unpickling would make."""

    def __init__(self, *made_of: Any) -> None:
        self.made_of = made_of

    def __reduce__(self) -> Any:
        return self.made_of


def payloads(folder: Path) -> list[Any]:
    touch = f"touch {folder / CANARY}"
    code = f"open({str(folder / CANARY)!r}, 'w')"
    return [
        Payload(os.system, (touch,)),
        Payload(eval, (code,)),
        Payload(subprocess.call, (["sh", "-c", touch],)),
        {"model": [Payload(exec, (code,))], "w": np.ones(3)},
        Payload(__import__, ("antigravity",)),
    ]


def torch_zip(content: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(content, 2))
        archive.writestr("archive/version", "3")
    return file.getvalue()


def torch_legacy(content: Any) -> bytes:
    parts = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, content, [])
    return b"".join(pickle.dumps(part, 2) for part in parts)


def npy(content: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([content, 1], object), allow_pickle=True)
    return file.getvalue()


def npz(content: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, x=np.array([content, 1], object))
    return file.getvalue()


def dumped_by_joblib(content: Any) -> bytes:
    file = io.BytesIO()
    joblib.dump(content, file, compress=3)
    return file.getvalue()


def header_that_is_code(content: Any) -> bytes:
    order = pickle.dumps(content).hex()[:1000]
    code = f"{{'descr': __import__('os').system('touch {CANARY}'), 'fortran_order': {order!r}, 'shape': ()}}".encode()
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(code)) + code


MAKERS: dict[str, Callable[[Any], bytes]] = {
    **{f"{protocol}.pkl": lambda content, protocol=protocol: pickle.dumps(content, protocol) for protocol in range(6)},
    "model.pt": torch_zip,
    "legacy.pt": torch_legacy,
    "model.joblib": dumped_by_joblib,
    "objects.npy": npy,
    "objects.npz": npz,
    "header.npy": header_that_is_code,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    harmless = {"model": [1], "w": np.ones(3)}
    for name, make in MAKERS.items():
        (tmp_path / f"warm_{name}").write_bytes(make(harmless))
        (tmp_path / f"warm2_{name}").write_bytes(make({**harmless, "w": np.zeros(3)}) + b"")
        for number, content in enumerate(payloads(tmp_path)):
            (tmp_path / f"{number}_{name}").write_bytes(make(content))
    return tmp_path


def test_no_payload_runs(folder: Path) -> None:
    pairs = [(f"{number}_{name}", f"{(number + 1) % 5}_{name}") for name in MAKERS for number in range(5)]
    task = {
        "forbidden": FORBIDDEN,
        "warm": [(f"warm_{name}", f"warm2_{name}") for name in MAKERS],
        "pairs": pairs,
    }
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", WATCH, str(folder), json.dumps(task)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=folder, check=True)
    seen, kinds = json.loads(done.stdout)
    assert seen == []
    assert not (folder / CANARY).exists()
    assert {verdict for name, _, verdict, _ in kinds if "header" not in name} == {"different"}
    assert all("cannot be read" in detail for name, _, _, detail in kinds if "header" in name)
    assert any("posix.system" in detail for _, _, _, detail in kinds)
    assert {label for _, label, _, _ in kinds} == {"pickle", "torch-checkpoint", "npy", "npz"}


def test_the_payloads_would_run_if_they_were_unpickled(tmp_path: Path) -> None:
    code = f"import pickle, sys; pickle.loads({pickle.dumps(payloads(tmp_path)[0])!r})"
    subprocess.run([sys.executable, "-c", code], check=True)
    assert (tmp_path / CANARY).exists()
