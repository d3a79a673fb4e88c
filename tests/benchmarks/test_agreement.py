"""What one side saw and the other did not is told apart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import agreement, strace
from benchmarks.agreement import Agreement


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("train.py", "data.csv", "model.bin", "run_1234/log.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def held(folder: Path, read: set[str], written: set[str], **shown: Any) -> Agreement:
    seen = strace.Seen(frozenset(f"{folder}/{p}" for p in read), frozenset(f"{folder}/{p}" for p in written))
    document = {
        "factors": {"data": dict.fromkeys(shown["data"], 1), "code": {"train.py": 1}},
        "outputs": [{"path": path} for path in shown["outputs"]],
    }
    return agreement.compare("x", seen, document, folder, {"train.py", "data.csv"})


def test_both_saw_the_same(folder: Path) -> None:
    pyc = "__pycache__/train.cpython-311.pyc"
    one = held(folder, {pyc, "data.csv", "model.bin"}, {"model.bin"}, data=["data.csv"], outputs=["model.bin"])
    assert one.whole
    assert (one.read, one.written) == (2, 1)


def test_missing_and_invented(folder: Path) -> None:
    one = held(folder, {"train.py"}, {"model.bin"}, data=["data.csv"], outputs=["other.bin"])
    assert not one.whole
    assert (one.missing_read, one.invented_read) == ((), ("data.csv",))
    assert (one.missing_written, one.invented_written) == (("model.bin",), ("other.bin",))
    assert held(folder, {"data.csv"}, set(), data=[], outputs=[]).missing_read == ("data.csv",)


def test_a_time_in_a_name_does_not_matter(folder: Path) -> None:
    assert held(folder, set(), {"run_1234/log.txt"}, data=[], outputs=["run_9876/log.txt"]).whole


def test_a_file_that_is_gone_is_no_output(folder: Path) -> None:
    assert held(folder, set(), {"lock"}, data=[], outputs=[]).whole
