"""One function called in a process of its own, and what it returns as JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from samerun.integrations import calling
from samerun.integrations.calling import RETURNED, Plainer, load, main


@dataclass
class Result:
    loss: float
    names: list[str]


class Bare:
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.1 + 0.2, 0.30000000000000004),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        ("text", "text"),
        (b"\x01\xff", "01ff"),
        ((1, [2, {"a": 3.5}]), [1, [2, {"a": 3.5}]]),
        ({2, 10, 1}, [1, 10, 2]),
        (OrderedDict([(1, "x")]), {"1": "x"}),
        (np.float32(0.5), 0.5),
        (np.arange(4).reshape(2, 2), [[0, 1], [2, 3]]),
        (torch.tensor([0.5, 2.0], requires_grad=True), [0.5, 2.0]),
        (torch.tensor([0.5], dtype=torch.bfloat16), [0.5]),
        (pd.DataFrame({"a": [1, 2]}), {"a": {"0": 1, "1": 2}}),
    ],
    ids=repr,
)
def test_values_are_told_by_their_content(value: Any, plain: Any) -> None:
    assert Plainer().plain(value) == plain
    json.dumps(plain)


def test_objects_are_told_by_what_they_hold_and_never_by_their_address() -> None:
    (pair,) = Plainer().plain(Result(0.5, ["a"])).items()
    assert pair[0].endswith("Result")
    assert pair[1] == {"loss": 0.5, "names": ["a"]}
    assert Plainer().plain(Bare()).endswith("Bare")
    assert "0x" not in json.dumps(Plainer().plain([object(), Bare(), len]))


def test_a_model_is_told_by_its_state() -> None:
    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 1)
    assert set(Plainer().plain(layer)) == {"weight", "bias"}


def test_what_holds_itself_comes_to_an_end() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert Plainer().plain(loop) == [1, "(the same as above)"]
    same = [2]
    assert Plainer().plain([same, same]) == [[2], [2]]


def test_big_arrays_are_files_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = Plainer().plain({"weights": np.arange(2000.0), "more": np.ones(3000)})
    assert found == {"weights": "returned/1.npy", "more": "returned/2.npy"}
    assert np.array_equal(np.load(tmp_path / "returned/1.npy"), np.arange(2000.0))


def order(folder: Path, function: str, **facts: Any) -> dict[str, Any]:
    plain = {"path": [str(folder)], "module": "job", "file": str(folder / "job.py"), "args": [], "kwargs": {}}
    return {**plain, "function": function, **facts}


JOB = """
class Job:
    @staticmethod
    def run(steps, scale=1):
        return {"steps": steps * scale}
def nothing():
    pass
number = 3
"""


def call(folder: Path, asked: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, calling.__file__, json.dumps(asked)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_a_process_calls_and_writes(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB)
    done = call(tmp_path, order(tmp_path, "Job.run", args=[2], kwargs={"scale": 3}))
    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / RETURNED).read_text()) == {"steps": 6}


def test_nothing_returned_is_nothing_written(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB)
    assert call(tmp_path, order(tmp_path, "nothing")).returncode == 0
    assert not (tmp_path / RETURNED).exists()


def test_what_cannot_be_called_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text(JOB)
    assert "cannot be called" in call(tmp_path, order(tmp_path, "number")).stderr


def test_the_folder_of_the_script_is_not_on_the_path(tmp_path: Path) -> None:
    (tmp_path / "job.py").write_text("import sys\ndef path():\n    return sys.path\n")
    assert call(tmp_path, order(tmp_path, "path")).returncode == 0
    found = json.loads((tmp_path / RETURNED).read_text())
    assert found[0] == str(tmp_path)
    assert str(Path(calling.__file__).parent) not in found


def test_a_module_is_found_by_its_file_where_its_name_is_another_ones(tmp_path: Path) -> None:
    (tmp_path / "json.py").write_text("own = 1\n")
    assert load("json", str(Path(json.__file__))) is json
    found = load("tests_of_mine.json", str(tmp_path / "json.py"))
    assert found.own == 1  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        load("words", str(tmp_path / "words.txt"))


def test_main_does_what_the_script_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "job.py").write_text(JOB)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    main(order(tmp_path, "Job.run", module="job_of_this_test", args=[1]))
    assert json.loads(Path(RETURNED).read_text()) == {"steps": 1}
