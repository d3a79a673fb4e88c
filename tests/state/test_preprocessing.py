from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, Normalizer, OneHotEncoder, StandardScaler

from samerun.errors import BadInput
from samerun.state.preprocessing import Preprocessing, first_different_step

ROWS = np.random.default_rng(0).normal(size=(20, 3))


def clipped(x: Any, low: float = -1.0) -> Any:
    return np.maximum(x, low)


def test_a_transformer_is_fitted_on_its_first_rows_and_applied_to_the_rest() -> None:
    steps, scaler = Preprocessing(), StandardScaler()
    train = steps.apply("scale", scaler, ROWS[:10])
    test = steps.apply("scale", scaler, ROWS[10:])
    alone = StandardScaler().fit(ROWS[:10])
    assert np.array_equal(train, alone.transform(ROWS[:10]))
    assert np.array_equal(test, alone.transform(ROWS[10:]))
    assert [step.fitted for step in steps.steps] == [True, False]
    assert steps.steps[0].learnt == steps.steps[1].learnt


def test_one_that_was_fitted_elsewhere_is_applied_only() -> None:
    steps, scaler = Preprocessing(), MinMaxScaler().fit(ROWS[:10])
    steps.apply("scale", scaler, ROWS[10:])
    assert not steps.steps[0].fitted
    fitted = make_pipeline(StandardScaler(), MinMaxScaler()).fit(ROWS)
    steps.apply("both", fitted, ROWS)
    assert not steps.steps[1].fitted


def test_what_has_nothing_to_learn_is_applied_only() -> None:
    steps = Preprocessing()
    steps.apply("norm", Normalizer(), ROWS)
    steps.apply("log", FunctionTransformer(np.abs), ROWS)
    assert [step.fitted for step in steps.steps] == [False, False]


class Centred:
    """A transformer by its methods alone."""

    def fit(self, rows: Any, target: Any = None) -> Centred:
        self.mean_ = rows.mean(axis=0)
        return self

    def transform(self, rows: Any) -> Any:
        return rows - self.mean_


def test_a_transformer_that_is_not_scikit_learns() -> None:
    steps, centred = Preprocessing(), Centred()
    assert steps.apply("centre", centred, ROWS[:5]).mean() == pytest.approx(0, abs=1e-12)
    steps.apply("centre", centred, ROWS[5:])
    assert [step.fitted for step in steps.steps] == [True, False]
    assert steps.steps[0].source["of"] == "source"


def test_functions_with_their_options() -> None:
    steps = Preprocessing()
    result = steps.apply("clip", clipped, ROWS, low=0.0)
    assert result.min() == 0.0
    assert steps.steps[0].parameters == {"defaults": [-1.0], "options": {"low": 0.0}}
    assert steps.apply("log", np.log1p, result).shape == ROWS.shape


def test_frames_text_and_sparse_outcomes() -> None:
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0], "t": ["x", "y", "z"]})
    both = ColumnTransformer([("n", StandardScaler(), ["a"]), ("t", OneHotEncoder(), ["t"])], sparse_threshold=1.0)
    steps = Preprocessing()
    steps.apply("encode", both, frame)
    assert steps.steps[0].input["columns"] == ["a", "t"]
    assert steps.steps[0].output["shape"] == [3, 4]
    assert "csr" in steps.steps[0].output["type"]


def test_a_target_reaches_what_looks_at_it() -> None:
    steps, best = Preprocessing(), SelectKBest(f_regression, k=1)
    assert np.array_equal(steps.apply("best", best, ROWS, target=ROWS[:, 1] * 3), ROWS[:, [1]])
    assert steps.steps[0].fitted


def test_what_is_done_in_place_is_recorded_as_it_went_in() -> None:
    steps, rows = Preprocessing(), ROWS.copy()
    steps.apply("scale", StandardScaler(copy=False), rows)
    assert steps.steps[0].input["hash"] != steps.steps[0].output["hash"]


def test_what_cannot_be_done_says_which_step() -> None:
    steps = Preprocessing()
    with pytest.raises(
        BadInput, match="The step 'scale' .StandardScaler. cannot handle .* Encode columns of text first"
    ):
        steps.apply("scale", StandardScaler(), np.array([["x"]]))
    with pytest.raises(BadInput, match="The step 'x' is int. Give a function or a transformer"):
        steps.apply("x", 3, ROWS)
    assert steps.steps == []


def recorded(scaler: Any = None, rows: Any = ROWS, low: float = 0.0, names: tuple[str, ...] = ("clip", "scale")) -> Any:
    steps = Preprocessing()
    rows = steps.apply(names[0], clipped, rows, low=low)
    if len(names) > 1:
        steps.apply(names[1], scaler or StandardScaler(), rows)
    return steps


def test_equal_runs_have_no_difference() -> None:
    assert first_different_step(recorded(), recorded()) is None
    assert first_different_step(recorded(), recorded().to_plain()) is None


def other(x: Any, low: float = -1.0) -> Any:
    return np.maximum(x, low)


@pytest.mark.parametrize(
    ("b", "place", "what"),
    [
        (lambda: recorded(low=0.1), 1, "parameters"),
        (lambda: recorded(StandardScaler(with_mean=False)), 2, "parameters"),
        (lambda: recorded(MinMaxScaler()), 2, "step"),
        (lambda: recorded(names=("clip",)), 2, "step"),
        (lambda: recorded(rows=ROWS + 1), 1, "input"),
        (lambda: recorded(StandardScaler().fit(ROWS)), 2, "fitted"),
        (lambda: recorded(names=("cut", "scale")), 1, "step"),
    ],
)
def test_the_first_different_step_is_named(b: Any, place: int, what: str) -> None:
    found = first_different_step(recorded(), b())
    assert found is not None
    assert (found.place, found.what) == (place, what)
    assert str(found).startswith(f"Step {place} ")


def test_only_what_differs_is_shown() -> None:
    found = first_different_step(recorded(), recorded(StandardScaler(with_mean=False)))
    assert str(found) == (
        "Step 2 'scale' differs first, in its parameters: {'with_mean': True} -> {'with_mean': False}"
    )


def test_a_changed_source_comes_before_what_follows_of_it() -> None:
    a, b = recorded(), recorded()
    plain = b.to_plain()
    plain[0]["source"]["hash"] = "0" * 64
    plain[1]["output"]["hash"] = "1" * 64
    found = first_different_step(a, plain)
    assert found is not None
    assert (found.place, found.what, list(found.a)) == (1, "source", ["hash"])


def test_logs_are_compared_by_their_paths(tmp_path: Path) -> None:
    for name, steps in (("a", recorded()), ("b", recorded(low=0.5))):
        (tmp_path / name).write_bytes(msgspec.json.encode({"preprocessing": steps.to_plain()}))
    assert first_different_step(tmp_path / "a", recorded()) is None
    found = first_different_step(tmp_path / "a", str(tmp_path / "b"))
    assert found is not None
    assert found.what == "parameters"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"preprocessing": 3}', b"\xff", None])
def test_what_is_no_log_says_so(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(BadInput, match="holds no record of preprocessing"):
        first_different_step(tmp_path / "x.json", [])


def test_the_record_reads_as_a_list() -> None:
    lines = str(recorded()).splitlines()
    assert lines[0].startswith("1. clip: ")
    assert "clipped applied, [20, 3]" in lines[0]
    assert "StandardScaler fitted and applied" in lines[1]
    assert str(Preprocessing()) == "no steps"
