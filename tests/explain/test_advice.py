"""Each cause comes with one sentence to act on."""

from __future__ import annotations

import pytest

from samerun.explain.advice import LONGEST, advice_on
from samerun.factors.factor import ABSENT
from samerun.record.values import Change


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (Change("arguments", "--lr", "0.1", "0.2"), "pass `--lr 0.1`"),
        (Change("arguments", "--fast", True, None), "pass `--fast`"),
        (Change("arguments", "--fast", None, True), "leave `--fast` away"),
        (Change("arguments", "model.lr", "1", "2"), "pass `model.lr=1`"),
        (Change("arguments", "argument 1", "a.csv", "b.csv"), "pass `a.csv`"),
        (Change("config", "c.yaml:optim.lr", 0.1, 0.2), "set `optim.lr` in c.yaml back to 0.1"),
        (Change("config", "c.yaml:optim.lr", None, 0.2), "remove `optim.lr` from c.yaml"),
        (Change("environment-variable", "SCALE", "1", "2"), "set SCALE=1"),
        (Change("environment-variable", "SCALE", ABSENT, "2"), "unset SCALE"),
        (Change("package", "toolz", "0.11.2", "0.12.0"), "install `toolz==0.11.2`"),
        (Change("package", "toolz", None, "0.12.0"), "had no toolz"),
        (Change("package", "x", '1.0 ({"url":"file:///w/x.whl"})', "2"), "install `x==1.0` from file:///w/x.whl to"),
        (Change("package", "x", "1.0 (unreadable)", "2"), "install `x==1.0` to"),
        (Change("code", "part.py", "a", "b"), "samerun diff"),
        (Change("data", "d.csv", None, "b"), "remove it"),
        (Change("data", "d.csv", "a", None), "put back"),
        (Change("unseeded-numpy", "numpy"), "np.random.default_rng(0)"),
        (Change("leftover-state", "last.txt", None, "b"), "empty folder"),
        (Change("hash-order", "PYTHONHASHSEED", "1", "2"), "PYTHONHASHSEED=0"),
        (Change("something-new", "x"), "keep x the same"),
    ],
)
def test_the_advice_can_be_acted_on(change: Change, words: str) -> None:
    assert words in advice_on(change)


def test_a_long_value_is_cut() -> None:
    assert len(advice_on(Change("arguments", "--text", "x" * 500, "y"))) < LONGEST + 80
