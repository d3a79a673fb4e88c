from __future__ import annotations

import pickle
import time
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import joblib
import numpy as np
import pytest

from samerun.outputs import pickle_file, recognise
from samerun.outputs.comparing import Comparing

COMPRESSIONS = [0, 3, "gzip", "bz2", "xz", "lzma"]


def forest(seed: int) -> Any:
    ensemble = pytest.importorskip("sklearn.ensemble")
    pipeline = pytest.importorskip("sklearn.pipeline")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    numbers = np.random.default_rng(0).random((40, 3))
    model = ensemble.RandomForestClassifier(3, random_state=seed)
    return pipeline.make_pipeline(preprocessing.StandardScaler(), model).fit(numbers, numbers[:, 0] > 0.5)


def test_recognised_by_bytes_and_by_name(tmp_path: Path) -> None:
    assert recognise("state", pickle.dumps({}, 4)).kind == "pickle"
    assert recognise("model.pkl", pickle.dumps([1], 0)).kind == "pickle"
    joblib.dump({}, tmp_path / "m.joblib", compress=3)
    assert recognise("m.joblib", (tmp_path / "m.joblib").read_bytes()).kind == "pickle"
    assert not pickle_file.recognises(PurePosixPath("plot.p"), b"set terminal png")
    assert not pickle_file.recognises(PurePosixPath("model.pkl"), b"PK\x03\x04")


@pytest.mark.parametrize("compress", COMPRESSIONS)
@pytest.mark.parametrize("protocol", [2, 5])
def test_container_and_protocol_do_not_count(tmp_path: Path, now: Comparing, compress: Any, protocol: int) -> None:
    joblib.dump(forest(0), tmp_path / "a.joblib")
    joblib.dump(forest(0), tmp_path / "b.joblib", compress=compress, protocol=protocol)
    found = pickle_file.compare(tmp_path / "a.joblib", tmp_path / "b.joblib", now)
    assert (found.verdict, found.children) == ("equivalent", ())


def test_joblib_and_pickle_of_one_model_agree(tmp_path: Path, now: Comparing) -> None:
    joblib.dump(forest(0), tmp_path / "a")
    (tmp_path / "b").write_bytes(pickle.dumps(forest(0)))
    assert pickle_file.compare(tmp_path / "a", tmp_path / "b", now).verdict == "equivalent"


def test_a_model_of_another_seed_differs_in_its_trees(tmp_path: Path, now: Comparing) -> None:
    for seed in (0, 1):
        joblib.dump(forest(seed), tmp_path / f"{seed}")
    found = pickle_file.compare(tmp_path / "0", tmp_path / "1", now)
    labels = {node.label for node in found.walk()}
    assert found.verdict == "different"
    assert {"steps[1][1].random_state", "steps[1][1].estimators_"} <= labels


def test_fit_times_of_a_search_do_not_count(tmp_path: Path, now: Comparing) -> None:
    search = pytest.importorskip("sklearn.model_selection").GridSearchCV
    linear = pytest.importorskip("sklearn.linear_model").LogisticRegression
    numbers = np.random.default_rng(0).random((40, 3))
    for name in ("a", "b"):
        joblib.dump(search(linear(), {"C": [1, 2]}).fit(numbers, numbers[:, 0] > 0.5), tmp_path / name)
        time.sleep(0.01)
    found = pickle_file.compare(tmp_path / "a", tmp_path / "b", now)
    assert found.verdict == "equivalent"
    assert "refit_time_" in {node.label for node in found.ignored()}


def test_tensors_in_plain_pickles(tmp_path: Path, now: Comparing) -> None:
    torch = pytest.importorskip("torch")
    for name, value in (("a", 1.0), ("b", 1.5)):
        (tmp_path / name).write_bytes(pickle.dumps({"w": torch.full((2, 2), value), "epoch": 3}))
    found = pickle_file.compare(tmp_path / "a", tmp_path / "b", now)
    assert [child.label for child in found.children] == ["w"]
    assert found.children[0].deviation is not None
    assert found.children[0].deviation.max_abs == 0.5


def test_data_frames(tmp_path: Path, now: Comparing) -> None:
    pandas = pytest.importorskip("pandas")
    for name, value in (("a", 2), ("b", 3)):
        pandas.DataFrame({"x": [1, value], "s": ["p", "q"]}).to_pickle(tmp_path / name)
    assert "1 of 2 values differs, by at most 1" in pickle_file.compare(tmp_path / "a", tmp_path / "b", now).detail


def test_many_pickles_in_one_file(tmp_path: Path, now: Comparing) -> None:
    (tmp_path / "a").write_bytes(pickle.dumps({"loss": 1.0}) + pickle.dumps({"loss": 0.5}))
    (tmp_path / "b").write_bytes(pickle.dumps({"loss": 1.0}) + pickle.dumps({"loss": 0.25}))
    assert pickle_file.compare(tmp_path / "a", tmp_path / "b", now).detail.startswith("[1].loss: 0.5 -> 0.25")


def test_a_bomb_is_not_unpacked(tmp_path: Path, now: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.outputs.expanding.MAX_EXPANDED", 1 << 20)
    joblib.dump(np.zeros(1 << 20), tmp_path / "a", compress=9)
    joblib.dump(np.zeros(1 << 19), tmp_path / "b", compress=9)
    assert "unpacks to more than" in pickle_file.compare(tmp_path / "a", tmp_path / "b", now).detail


@pytest.mark.parametrize("compress", [0, "gzip"])
def test_survives_damage(tmp_path: Path, survives: Callable[..., None], compress: Any) -> None:
    joblib.dump({"w": np.arange(9.0), "o": {1, 2}, "t": ("x", None)}, tmp_path / "m.joblib", compress=compress)
    survives(pickle_file, tmp_path / "m.joblib")
