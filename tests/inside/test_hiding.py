"""Nothing that could be a secret is left among arguments; what people give otherwise stays readable."""

from __future__ import annotations

import pytest

from samerun.inside.hiding import HIDDEN, without_secrets

SECRET = "Zq7kd83mDk20sLPw93kZ"
PLAIN = [
    "train.py", "--lr", "0.1", "--epochs=3", "model.depth=3", "-m", "pkg.train", "data/train.csv", "--fast", "-c",
    "import os; print(os.getpid())", "/tmp/a-long-folder-name-of-somebody/2024-01-01/run.py", "https://example.org/data.csv",
]  # fmt: skip


@pytest.mark.parametrize(
    "words",
    [
        ["--api-key", SECRET],
        ["--password", "short"],
        [f"--token={SECRET}"],
        [f"wandb.api_key={SECRET}"],
        [f"HF_TOKEN={SECRET}"],
        [f"https://me:{SECRET}@host/x"],
        [f"https://host/x?private_token={SECRET}"],
        ["-H", f"Authorization: Bearer {SECRET}"],
        [f'{{"password": "{SECRET}"}}'],
        [SECRET],
        [f"gh{'p_'}{SECRET}{SECRET}"],
        ["-c", f"login(token='{SECRET}')"],
    ],
)
def test_a_secret_is_hidden(words: list[str]) -> None:
    shown = without_secrets(["python", *words])
    assert SECRET not in " ".join(shown)
    assert "short" not in shown
    assert HIDDEN in " ".join(shown)
    assert len(shown) == len(words) + 1


def test_ordinary_arguments_stay() -> None:
    assert without_secrets(["python", *PLAIN]) == ["python", *PLAIN]
    assert without_secrets([]) == []


def test_the_next_option_is_no_value() -> None:
    assert without_secrets(["p", "--tokens", "--lr", "0.1"]) == ["p", "--tokens", "--lr", "0.1"]
