from __future__ import annotations

import functools
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from samerun.state.sources import fingerprint, parameters_of, plain, source_of


def doubled(x: Any, by: int = 2, *, plus: int = 0) -> Any:
    return x * by + plus


def made(factor: int) -> Any:
    def scaled(x: Any) -> Any:
        return x * factor

    return scaled


class Step:
    def __init__(self, factor: int) -> None:
        self.factor = factor

    def __call__(self, x: Any) -> Any:
        return x * self.factor

    def times(self, x: Any) -> Any:
        return x * self.factor


class Child(Step):
    pass


def test_a_function_is_known_by_its_text() -> None:
    found = source_of(doubled)
    assert found["name"].endswith("test_sources.doubled")
    assert found["of"] == "source"
    assert source_of(made(2))["hash"] == source_of(made(3))["hash"] != found["hash"]


def test_what_a_function_carries_is_a_parameter() -> None:
    assert parameters_of(doubled) == {"defaults": [2], "named_defaults": {"plus": 0}}
    assert parameters_of(made(3)) == {"closure": {"factor": 3}}
    assert parameters_of(lambda x: x) == {}


def test_two_lambdas_in_one_line_differ() -> None:
    one, two = lambda x: x * 2, lambda x: x * 3  # noqa: E731
    assert source_of(one)["of"] == "the lines in which the lambda stands"
    assert source_of(one)["hash"] != source_of(two)["hash"]


def test_a_partial_is_its_function_and_its_arguments() -> None:
    step = functools.partial(doubled, by=5)
    assert source_of(step) == source_of(doubled)
    assert parameters_of(step) == {"arguments": [], "by": 5}
    assert plain(step)["parameters"] == {"arguments": [], "by": 5}


def test_a_method_is_its_function_and_its_object() -> None:
    assert source_of(Step(2).times)["name"].endswith("Step.times")
    assert parameters_of(Step(2).times) != parameters_of(Step(3).times)


def test_an_object_is_its_class_with_its_parents_and_its_attributes() -> None:
    assert source_of(Step(2)) == source_of(Step)
    assert source_of(Child(2))["of"] == "source"
    assert source_of(Child(2))["hash"] != source_of(Step(2))["hash"]
    assert parameters_of(Step(2)) == {"factor": 2}


def test_what_has_no_text_says_so() -> None:
    assert source_of(np.log1p) == {
        "name": "numpy.log1p",
        "hash": None,
        "of": f"nothing: compiled, numpy {np.__version__}",
    }
    assert parameters_of(np.log1p) == {}
    assert source_of(len)["of"].startswith("nothing: compiled, Python 3.")
    assert source_of(math.sqrt)["name"] == "math.sqrt"
    assert source_of(dict)["hash"] is None
    space: dict[str, Any] = {}
    exec("def f(x):\n    return x + 1\ndef g(x):\n    return x + 2", space)
    assert source_of(space["f"])["of"].startswith("bytecode of Python 3.")
    assert source_of(space["f"])["hash"] != source_of(space["g"])["hash"]


def test_a_librarys_code_is_known_by_its_file_and_release() -> None:
    found = source_of(StandardScaler())
    assert found["name"] == "sklearn.preprocessing._data.StandardScaler"
    assert found["of"].startswith("its file in scikit-learn ")
    assert len(found["hash"]) == 64
    assert source_of(np.clip)["name"].endswith("clip")


def test_estimators_within_estimators_are_written_out() -> None:
    found = plain(make_pipeline(FunctionTransformer(doubled), StandardScaler(with_mean=False)))
    steps = found["parameters"]["steps"]
    assert steps[0][1]["parameters"]["func"]["code"].endswith("doubled")
    assert steps[1][1]["parameters"]["with_mean"] is False


def test_plain_values() -> None:
    assert plain([1, (2.5, None), {"a": np.float32(0.5), 3: True}]) == [1, [2.5, None], {"a": 0.5, "3": True}]
    assert plain(math.nan) == "nan"
    assert plain(-math.inf) == "-inf"
    assert plain(np.arange(3))["shape"] == [3]
    assert plain(list(range(60)))["object"] == "builtins.list"
    assert plain(np.random.RandomState(0)) == plain(np.random.RandomState(0)) != plain(np.random.RandomState(1))
    assert plain(StandardScaler)["code"] == "sklearn.preprocessing._data.StandardScaler"


def test_nothing_described_holds_an_address() -> None:
    text = str([plain(each) for each in (object(), Step(object()), doubled, functools.partial(doubled, object()))])  # type: ignore[arg-type]
    assert "0x" not in text


FRAME = {"a": [1.0, 2.0, math.nan], "t": ["x", "y", "z"]}


@pytest.mark.parametrize(
    "make",
    [
        lambda: np.arange(6.0).reshape(2, 3),
        lambda: pd.DataFrame(FRAME),
        lambda: pl.DataFrame(FRAME),
        lambda: pd.Series([1, 2], name="s"),
        lambda: sparse.csr_matrix(np.eye(3)),
        lambda: ["a text", "another"],
        lambda: pd.DataFrame({"c": pd.Categorical(["x", "y", "x"]), "d": pd.array([1, None, 3], dtype="Int64")}),
    ],
)
def test_equal_data_has_equal_fingerprints(make: Any) -> None:
    assert fingerprint(make()) == fingerprint(make())


def test_a_fingerprint_says_what_it_is_of() -> None:
    found = fingerprint(pd.DataFrame(FRAME))
    assert found["type"] == "pandas.DataFrame"
    assert (found["shape"], found["columns"]) == ([3, 2], ["a", "t"])
    assert found["dtype"][0] == "float64"
    assert fingerprint(np.arange(3, dtype=np.int32))["dtype"] == "int32"
    assert fingerprint(["x"])["shape"] == [1]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.arange(3), np.arange(3.0)),
        (np.zeros((2, 3)), np.zeros((3, 2))),
        (np.array([0.0]), np.array([-0.0])),
        (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
        (pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"a": [1, 2]}, index=[1, 2])),
        (pd.DataFrame({"a": ["x"]}), pd.DataFrame({"a": ["y"]})),
        (sparse.csr_matrix([[1.0, 0]]), sparse.csr_matrix([[0, 1.0]])),
        (["ab"], ["a", "b"]),
    ],
)
def test_other_data_has_another_hash(a: Any, b: Any) -> None:
    assert fingerprint(a)["hash"] != fingerprint(b)["hash"]


def test_the_order_of_entries_in_a_sparse_matrix_does_not_count() -> None:
    one = sparse.coo_matrix(([1.0, 2.0], ([0, 1], [1, 0])), shape=(2, 2))
    other = sparse.coo_matrix(([2.0, 1.0], ([1, 0], [0, 1])), shape=(2, 2))
    assert fingerprint(one.tocsr())["hash"] == fingerprint(other.tocsc())["hash"]


_PROGRAM = """
import json, sys
import numpy as np, pandas as pd
from sklearn.preprocessing import StandardScaler
from samerun.state.sources import fingerprint, plain, source_of
frame = pd.DataFrame({"a": [1.0, 2.0], "t": ["x", "y"]})
scaler = StandardScaler().fit(frame[["a"]])
print(json.dumps([fingerprint(frame), plain(scaler), plain({"x", "y", "z"}), source_of(np.log)]))
"""


def test_another_process_describes_it_alike() -> None:
    found = set()
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", _PROGRAM]
        found.add(subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout)
    assert len(found) == 1


def test_a_changed_text_is_another_source(tmp_path: Path) -> None:
    hashes = []
    for body in ("x + 1", "x + 2", "x + 1"):
        path = tmp_path / f"mine{len(hashes)}.py"
        path.write_text(f"def f(x):\n    return {body}\n", "utf-8")
        space: dict[str, Any] = {"__name__": "mine"}
        exec(compile(path.read_text("utf-8"), str(path), "exec"), space)
        hashes.append(source_of(space["f"])["hash"])
    assert hashes[0] == hashes[2] != hashes[1]
