from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs.tokens import name_before, skeleton, tokenise


@pytest.mark.parametrize(
    ("line", "kinds"),
    [
        ("loss 0.5", ["word", "number"]),
        ("a-1 -1e-3 +2", ["word", "other", "number", "number", "number"]),
        ("2.3s 12 ms", ["span"]),
        ("layer3 v1.2.3", ["word", "version"]),
        ("4.5it/s 3ms/step", ["rate", "rate"]),
        ("[00:02<00:00,", ["other", "progress", "other"]),
        ("2024-06-10 06:13:30", ["moment"]),
        ("0.53M 7%", ["word", "other", "word", "number", "other"]),
        ("nan inf nano", ["number", "number", "word"]),
        ("\x1b[31mred", ["ansi", "word"]),
    ],
)
def test_kinds(line: str, kinds: list[str]) -> None:
    assert [token.kind for token in tokenise(line)] == kinds


def test_the_words_before_a_number_name_it() -> None:
    tokens = tokenise("epoch 3 | train time (s): 3.2")
    assert name_before(tokens, len(tokens) - 1) == "train time s"
    tokens = tokenise("time to accuracy 0.9: 12")
    assert name_before(tokens, len(tokens) - 1) == ""
    tokens = tokenise("samples/sec = 5")
    assert name_before(tokens, len(tokens) - 1) == "samples/sec"


def test_skeletons_are_without_numbers() -> None:
    assert skeleton("step 12  loss -0.5e-3") == skeleton("step 7 loss 1.25") == "step # loss #"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_tokens_hold_all_but_white_space(line: str) -> None:
    joined = "".join("".join(token.text.split()) for token in tokenise(line))
    assert joined == "".join(line.split())


@pytest.mark.parametrize("piece", ["1", "1.", "1:", "12:", "a1 ", "1 s", "2024-", "0.1e", "/", "1 s, ", "[00:", "-1-"])
def test_hostile_lines_cost_no_more_than_their_length(piece: str) -> None:
    started = perf_counter()
    tokenise(piece * 20_000)
    assert perf_counter() - started < 5
