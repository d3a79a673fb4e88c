from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from samerun.errors import BadInput
from samerun.state import ClassicPipeline
from samerun.state.preprocessing import first_different_step

SOURCE = Path(__file__).parent.parent.parent / "src"
ROWS, TARGET = load_iris(return_X_y=True, as_frame=True)
NAMES = np.array(["setosa", "versicolor", "virginica"])[TARGET]
SIMPLE = {"seed": 0, "model": "LogisticRegression"}


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------------- the whole of it


def test_split_train_evaluate_save_log(tmp_path: Path) -> None:
    pipeline = ClassicPipeline(SIMPLE, folder=tmp_path)
    result = pipeline.run(ROWS, NAMES)
    assert [len(part) for part in result.split] == [90, 30, 30]
    assert all(result.metrics[part]["accuracy"] > 0.85 for part in ("train", "validation", "test"))
    assert set(files_in(tmp_path)) == {
        *("config.json", "experiment_log.json", "results/metrics.json", "results/predictions.json"),
        *("checkpoints/model.joblib", "checkpoints/scaler.joblib"),
    }
    predictions = json.loads((tmp_path / "results" / "predictions.json").read_text("utf-8"))["test"]
    assert predictions["rows"] == result.split.test.tolist()
    assert predictions["true"] == NAMES[result.split.test].tolist()
    assert set(predictions["predicted"]) <= set(NAMES)
    assert json.loads((tmp_path / "results" / "metrics.json").read_text("utf-8")) == result.metrics
    assert json.loads((tmp_path / "config.json").read_text("utf-8"))["model"] == "LogisticRegression"


def test_what_was_saved_gives_the_same_predictions(tmp_path: Path) -> None:
    pipeline = ClassicPipeline(SIMPLE, folder=tmp_path)
    result = pipeline.run(ROWS, NAMES)
    model, scaler = (joblib.load(tmp_path / "checkpoints" / f"{name}.joblib") for name in ("model", "scaler"))
    test = ROWS.iloc[result.split.test]
    assert NAMES[:0].dtype == pipeline.predict(test).dtype
    assert pipeline.predict(test).tolist() == result.predictions["test"]["predicted"]
    assert np.unique(NAMES)[model.predict(scaler.transform(test))].tolist() == result.predictions["test"]["predicted"]


def test_the_log_says_what_was_done(tmp_path: Path) -> None:
    log = ClassicPipeline(SIMPLE, folder=tmp_path).run(ROWS, NAMES).log
    written = json.loads((tmp_path / "experiment_log.json").read_text("utf-8"))
    assert {key: written[key] for key in ("seeds", "metrics", "labels")} == {
        "seeds": log["seeds"],
        "metrics": log["metrics"],
        "labels": ["setosa", "versicolor", "virginica"],
    }
    assert [step["name"] for step in written["preprocessing"]] == ["scaler.train", "scaler.validation", "scaler.test"]
    assert written["data"]["features"]["columns"] == ROWS.columns.tolist()
    assert written["model"]["parameters"]["random_state"] == log["seeds"]["model"]["random_state"]
    assert written["split"]["train"]["rows"] == 90
    text = (tmp_path / "experiment_log.json").read_text("utf-8")
    assert str(tmp_path) not in text
    assert "0x" not in text


def test_nothing_is_written_where_nothing_is_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = ClassicPipeline(SIMPLE, folder=None).run(ROWS, TARGET)
    assert list(tmp_path.iterdir()) == []
    assert result.folder is None
    assert str(result).splitlines()[2].startswith("test       accuracy 0.9")


# ---------------------------------------------------------------------- no leak


def test_the_scaler_sees_the_training_rows_alone(tmp_path: Path) -> None:
    pipeline = ClassicPipeline(SIMPLE, folder=None)
    result = pipeline.run(ROWS, TARGET)
    alone = StandardScaler().fit(ROWS.iloc[result.split.train])
    assert np.array_equal(pipeline.steps["scaler"].mean_, alone.mean_)
    assert not np.array_equal(alone.mean_, StandardScaler().fit(ROWS).mean_)
    assert [step.fitted for step in result.preprocessing.steps] == [True, False, False]


def test_other_rows_do_not_change_what_is_learnt() -> None:
    """Whatever stands in the rows that validate and test, the model is the same: a leak anywhere would show."""
    first = ClassicPipeline(CONFIGS["forest"], folder=None)
    split = first.run(ROWS, TARGET).split
    changed = ROWS.copy()
    changed.iloc[np.concatenate([split.validation, split.test])] *= 1000.0
    second = ClassicPipeline(CONFIGS["forest"], folder=None)
    second.run(changed, TARGET)
    probe = np.random.default_rng(0).normal(5, 2, size=(200, 4))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the probe has no names of columns
        assert np.array_equal(first.predict(probe), second.predict(probe))
    assert np.array_equal(first.steps["pca"].mean_, second.steps["pca"].mean_)


# ---------------------------------------------------------------------- twice the same


CONFIGS: dict[str, Any] = {
    "simple": SIMPLE,
    "forest": {
        "seed": 7,
        "model": {"name": "RandomForestClassifier", "n_estimators": 15, "n_jobs": 2},
        "preprocessing": [("fill", "SimpleImputer"), ("pca", {"name": "PCA", "n_components": 3})],
        "scaler": "minmax",
    },
    "net": {"seed": 2**63, "model": "MLPClassifier", "model_params": {"max_iter": 20, "hidden_layer_sizes": [5]}},
    "bagging": {"seed": 1, "model": "BaggingClassifier", "model_params": {"n_estimators": 5}},
}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", CONFIGS)
def test_two_runs_write_the_same_bytes(tmp_path: Path, name: str) -> None:
    for folder in ("a", "b"):
        random.seed()
        np.random.seed()
        ClassicPipeline(CONFIGS[name], folder=tmp_path / folder).run(ROWS, NAMES)
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b")


def test_a_forest_regressor_with_threads_repeats(tmp_path: Path) -> None:
    rows, target = load_diabetes(return_X_y=True)
    config = {"seed": 0, "model": "RandomForestRegressor", "model_params": {"n_estimators": 40, "n_jobs": 2}}
    for folder in ("a", "b", "c"):
        result = ClassicPipeline(config, folder=tmp_path / folder).run(rows, target)
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b") == files_in(tmp_path / "c")
    assert "predicts with 1" in result.log["notes"][0]


@pytest.mark.parametrize("model", ["XGBClassifier", "LGBMClassifier"])
def test_boosted_trees_of_other_libraries_repeat(tmp_path: Path, model: str) -> None:
    pytest.importorskip("xgboost" if model.startswith("XGB") else "lightgbm")
    more = {"subsample": 0.8} if model.startswith("XGB") else {"verbose": -1, "subsample": 0.8, "subsample_freq": 1}
    config = {"seed": 0, "model": model, "model_params": {"n_estimators": 5, **more}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = [ClassicPipeline(config, folder=tmp_path / each).run(ROWS, NAMES) for each in ("a", "b")]
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b")
    assert results[0].metrics["test"]["accuracy"] > 0.7


_PROGRAM = """
import sys
import numpy as np
from sklearn.datasets import load_iris
from samerun.state import ClassicPipeline
rows, target = load_iris(return_X_y=True, as_frame=True)
config = {"seed": 5, "model": "RandomForestClassifier", "model_params": {"n_estimators": 10, "n_jobs": 2}}
print(ClassicPipeline(config, folder="run").run(rows, np.array(["x", "y", "z"])[target]))
"""


def test_another_process_with_another_hash_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(SOURCE)}
    subprocess.run([sys.executable, "-c", _PROGRAM], cwd=tmp_path, env=environment, check=True, capture_output=True)
    config = {"seed": 5, "model": "RandomForestClassifier", "model_params": {"n_estimators": 10, "n_jobs": 2}}
    ClassicPipeline(config, folder=tmp_path / "here").run(ROWS, np.array(["x", "y", "z"])[TARGET])
    assert files_in(tmp_path / "run") == files_in(tmp_path / "here")


def test_recorded_and_replayed_it_is_identical(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "train.py").write_text(_PROGRAM, "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAMERUN", "PYTEST", "PYTHON"))}
    environment = {**kept, "PYTHONPATH": str(SOURCE), "HOME": str(tmp_path)}

    def samerun(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [Path(sys.executable).parent / "samerun", *arguments]
        return subprocess.run(command, cwd=tmp_path / "project", env=environment, capture_output=True, text=True)

    recorded = samerun("record", "--", sys.executable, "train.py")
    assert recorded.returncode == 0, recorded.stderr
    replayed = samerun("replay", "last", "--json")
    document = json.loads(replayed.stdout)
    assert document["verdict"] == "identical", replayed.stdout
    assert "run/experiment_log.json" in {each["path"] for each in document["outputs"]}


def test_a_seed_more_is_another_run_and_the_log_says_where() -> None:
    one, two = (ClassicPipeline({**SIMPLE, "seed": seed}, folder=None).run(ROWS, TARGET) for seed in (0, 1))
    assert not np.array_equal(one.split.train, two.split.train)
    found = first_different_step(one.preprocessing, two.preprocessing)
    assert found is not None
    assert (found.name, found.what) == ("scaler.train", "input")


def test_the_callers_generators_and_estimators_are_left_alone() -> None:
    scaler = StandardScaler()
    random.seed(1)
    np.random.seed(1)
    before = random.getstate(), np.random.get_state()[1].copy()  # type: ignore[index,union-attr]
    noisy = FunctionTransformer(lambda rows: rows + np.random.normal(size=rows.shape))
    config = {**SIMPLE, "scaler": scaler, "preprocessing": [("noise", noisy)]}
    one, two = (ClassicPipeline(config, folder=None).run(ROWS, TARGET) for _ in range(2))
    assert one.predictions == two.predictions
    assert random.getstate() == before[0]
    assert (np.random.get_state()[1] == before[1]).all()  # type: ignore[index]
    assert not hasattr(scaler, "mean_")


# ---------------------------------------------------------------------- data as it comes


def test_groups_stay_together() -> None:
    groups = np.arange(150) // 5
    result = ClassicPipeline(SIMPLE, folder=None).run(ROWS, TARGET, groups=groups)
    held = [set(groups[part]) for part in result.split]
    assert sum(map(len, held)) == 30
    with pytest.raises(BadInput, match="There are 3 groups for 150 rows"):
        ClassicPipeline(SIMPLE, folder=None).run(ROWS, TARGET, groups=[1, 2, 3])


@pytest.mark.parametrize("kind", ["array", "polars", "sparse", "list"])
def test_the_kinds_of_tables(kind: str) -> None:
    array = ROWS.to_numpy()
    rows: Any = {
        "array": array,
        "polars": pl.from_pandas(ROWS),
        "sparse": sparse.csr_matrix(array),
        "list": array.tolist(),
    }
    config = {**SIMPLE, "scaler": "MaxAbsScaler"}
    expected = ClassicPipeline(config, folder=None).run(ROWS, TARGET)
    found = ClassicPipeline(config, folder=None).run(rows[kind], TARGET.tolist())
    if kind == "sparse":  # other sums, so other last digits
        assert found.metrics["test"]["accuracy"] == expected.metrics["test"]["accuracy"]
    else:
        assert found.metrics == expected.metrics


def test_columns_of_text_through_a_column_transformer() -> None:
    frame = ROWS.assign(colour=["red", "blue", "green"] * 50)
    both = ColumnTransformer([("t", OneHotEncoder(), ["colour"])], remainder=StandardScaler())
    config = {**SIMPLE, "scaler": None, "preprocessing": [("columns", both)]}
    assert ClassicPipeline(config, folder=None).run(frame, TARGET).metrics["test"]["accuracy"] > 0.85
    with pytest.raises(BadInput, match="The step 'scaler.train' .StandardScaler. cannot handle the data"):
        ClassicPipeline(SIMPLE, folder=None).run(frame, TARGET)


def test_texts_through_a_vectoriser() -> None:
    texts = ["good and fine", "bad and poor"] * 20
    config = {**SIMPLE, "scaler": None, "preprocessing": [("words", TfidfVectorizer())]}
    for rows in (texts, pd.Series(texts)):
        result = ClassicPipeline(config, folder=None).run(rows, ["up", "down"] * 20)
        assert result.metrics["test"]["accuracy"] == 1.0


def test_regression() -> None:
    rows, target = load_diabetes(return_X_y=True, as_frame=True)
    result = ClassicPipeline({"seed": 0, "model": "Ridge"}, folder=None).run(rows, target)
    assert set(result.metrics["test"]) == {"mae", "rmse", "r2", "max_error"}
    assert result.metrics["test"]["r2"] > 0.2
    assert "probabilities" not in result.predictions["test"]


def test_before_it_is_trained_it_predicts_nothing() -> None:
    with pytest.raises(BadInput, match="not trained yet"):
        ClassicPipeline(SIMPLE).predict(ROWS)


def test_a_model_that_cannot_be_fitted_says_so() -> None:
    config = {"seed": 0, "model": "MultinomialNB", "scaler": "StandardScaler"}
    with pytest.raises(BadInput, match="The model MultinomialNB cannot be fitted to the data: Negative values"):
        ClassicPipeline(config, folder=None).run(ROWS, TARGET)


def test_a_class_too_small_is_said_before_anything_is_done(tmp_path: Path) -> None:
    labels = ["a"] * 148 + ["b"] * 2
    with pytest.raises(BadInput, match="The class 'b' has 2 rows: too few"):
        ClassicPipeline(SIMPLE, folder=tmp_path / "x").run(ROWS, labels)
    assert not (tmp_path / "x").exists()
