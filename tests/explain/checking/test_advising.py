"""Advice that fits the line."""

from __future__ import annotations

import pytest

from samerun.explain.checking.advising import advise, called_for
from samerun.explain.checking.varying import CONDITIONS


@pytest.mark.parametrize(
    ("kind", "calls", "words"),
    [
        ("listing-order", ["os.listdir"], "`sorted(os.listdir(...))`"),
        ("listing-order", ["len", "Path.rglob"], "`sorted(Path.rglob(...))`"),
        ("unseeded-numpy", ["np.random.default_rng"], "`np.random.default_rng(0)`"),
        ("unseeded-numpy", ["train_test_split"], "`random_state=0` to `train_test_split`"),
        ("unseeded-numpy", ["table.sample"], "`random_state=0` to `sample`"),
        ("unseeded-numpy", ["RandomForestClassifier", "fit"], "`random_state=0` to `RandomForestClassifier`"),
        ("unseeded-numpy", ["np.random.RandomState"], "`RandomState(0)`"),
        ("unseeded-numpy", ["model.fit"], "to the estimator where it is made"),
        ("unseeded-numpy", ["Path", "np.random.normal"], "before this line: `np.random.seed(0)`"),
        ("unseeded-numpy", ["np.random.rand"], "np.random.seed(0)"),
        ("unseeded-python", ["random.Random"], "random.Random(0)"),
        ("unseeded-python", ["random.shuffle"], "random.seed(0)"),
        ("unseeded-torch", ["DataLoader"], "generator=torch.Generator()"),
        ("unseeded-torch", ["torch.randn"], "torch.manual_seed(0)"),
        ("os-entropy", ["str", "uuid.uuid4"], "`uuid.uuid4(...)`"),
        ("clock", ["int", "time.time"], "`time.time(...)`"),
        ("completion-order", ["as_completed"], "list of futures"),
        ("completion-order", ["pool.imap_unordered"], "`imap`"),
        ("completion-order", ["joblib.Parallel"], "return_as"),
        ("completion-order", [], "in the order in which"),
    ],
)
def test_the_sentence_names_what_the_line_calls(kind: str, calls: list[str], words: str) -> None:
    assert words in advise(kind, kind, calls)


@pytest.mark.parametrize("kind", [*CONDITIONS, "leftover-state"])
def test_every_kind_has_a_sentence_without_a_line(kind: str) -> None:
    sentence = advise(kind, "it", [])
    assert len(sentence) > 20
    assert not sentence.endswith(".")


def test_the_call_that_a_kind_is_about() -> None:
    assert called_for("clock", ["print", "datetime.now"]) == "datetime.now"
    assert called_for("clock", ["print"]) == ""
    assert called_for("hash-order", ["set"]) == ""
    assert called_for("listing-order", ["listdirs"]) == ""


def test_a_library_without_a_kind_of_its_own_has_its_own_advice() -> None:
    assert "pl.set_random_seed(0)" in advise("os-entropy", "polars", ["df.sample"])
    assert "polars" not in advise("os-entropy", "os-entropy", ["self.rng.shuffle"])


@pytest.mark.parametrize(
    ("kind", "subject", "calls", "words"),
    [
        ("hash-order", "PYTHONHASHSEED", ["hash"], "zlib.crc32"),
        ("hash-order", "PYTHONHASHSEED", ["set"], "sort what comes out of the set"),
        ("listing-order", "os.scandir", ["os.scandir"], "key=lambda entry: entry.name"),
        ("listing-order", "os.walk", ["os.walk"], "`dirs.sort()`"),
        ("clock", "time.monotonic", ["time.monotonic"], "a number of steps"),
        ("unseeded-numpy", "numpy", ["cross_val_score", "Lasso"], "to the splitter or estimator"),
        ("unseeded-numpy", "numpy", ["folds", "split"], "to the splitter or estimator"),
        ("environment-variable", "HOME", [], "before the start"),
        ("machine", "machine", ["platform.node"], "machine's name"),
        ("thread-count", "num_workers", ["DataLoader"], "`num_workers`"),
    ],
)
def test_the_advice_can_be_followed_as_it_stands(kind: str, subject: str, calls: list[str], words: str) -> None:
    assert words in advise(kind, subject, calls)
