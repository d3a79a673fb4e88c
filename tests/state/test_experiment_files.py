from __future__ import annotations

import io
import json
import math
import struct
from pathlib import Path

import joblib
import numpy as np
import pytest
from blake3 import blake3

from samerun.state.experiment_files import as_joblib, as_json, write_experiment


def test_the_log_holds_the_hash_of_every_file(tmp_path: Path) -> None:
    write_experiment(
        tmp_path / "run", {"results/metrics.json": {"a": 0.1}}, {"checkpoints/model.joblib": [1]}, {"x": 1}
    )
    log = json.loads((tmp_path / "run" / "experiment_log.json").read_text("utf-8"))
    assert log["schema"] == "samerun.classic/1"
    assert log["x"] == 1
    assert set(log["versions"]) == {"python", "numpy", "scipy", "joblib", "scikit-learn"}
    assert set(log["files"]) == {"results/metrics.json", "checkpoints/model.joblib"}
    for path, digest in log["files"].items():
        assert blake3((tmp_path / "run" / path).read_bytes()).hexdigest() == digest


def test_a_second_run_leaves_nothing_of_the_first(tmp_path: Path) -> None:
    write_experiment(tmp_path, {"config.json": 1}, {"checkpoints/scaler.joblib": 2}, {})
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    write_experiment(tmp_path, {"config.json": 2}, {}, {})
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [
        "config.json",
        "experiment_log.json",
        "notes.txt",
    ]
    assert (tmp_path / "config.json").read_text("utf-8") == "2\n"
    assert (tmp_path / "config.json").stat().st_mode & 0o777 == 0o644


def test_floats_come_back_to_the_bit() -> None:
    values = [0.1, 1 / 3, 1e-310, -0.0, math.pi * 1e200]
    found = json.loads(as_json({"x": np.array(values), "y": np.float64(0.1)}))
    assert struct.pack("<5d", *found["x"]) == struct.pack("<5d", *values)
    assert found["y"] == 0.1
    with pytest.raises(NotImplementedError, match="object in a record"):
        as_json(object())


def test_joblib_reads_it_back() -> None:
    assert joblib.load(io.BytesIO(as_joblib({"a": np.arange(3)})))["a"].tolist() == [0, 1, 2]
    assert as_joblib({"a": np.arange(3)}) == as_joblib({"a": np.arange(3)})
