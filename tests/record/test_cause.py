"""What explain and check found, as records: they survive JSON whole, and an old or a shorter one can still be read."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.record.cause import Cause, Check, Explanation, NotCause, Sensitivity, Unconfirmed
from samerun.record.verdict import VERDICTS

TEXT = st.text(max_size=12)
CAUSE = st.builds(Cause, kind=TEXT, subject=TEXT, where=st.none() | TEXT, evidence=TEXT, advice=TEXT)
UNCONFIRMED = st.builds(Unconfirmed, kind=TEXT, subject=TEXT, why=TEXT)
SENSITIVITY = st.builds(
    Sensitivity,
    kind=TEXT,
    where=st.none() | TEXT,
    evidence=TEXT,
    advice=TEXT,
    subject=TEXT,
    within_rounding=st.booleans(),
)


def several(each: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(each, max_size=3).map(tuple)


EXPLANATIONS = st.builds(
    Explanation,
    same=st.booleans(),
    verdict=st.sampled_from(VERDICTS),
    causes=several(CAUSE),
    not_causes=several(st.builds(NotCause, kind=TEXT, subject=TEXT, evidence=TEXT)),
    unconfirmed=several(UNCONFIRMED),
    replays=st.integers(0, 99),
    notes=several(TEXT),
)
CHECKS = st.builds(
    Check,
    reproducible=st.none() | st.booleans(),
    reproducible_when_recorded=st.none() | st.booleans(),
    causes=several(CAUSE),
    sensitive_to=several(SENSITIVITY),
    insensitive_to=several(TEXT),
    replays=st.integers(0, 99),
    unconfirmed=several(UNCONFIRMED),
    notes=several(TEXT),
)


@settings(deadline=None, max_examples=60)
@given(EXPLANATIONS | CHECKS)
def test_they_survive_json(found: Explanation | Check) -> None:
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        (Cause, {"kind": "seed", "subject": "--seed"}),
        (NotCause, {"kind": "seed", "subject": "--seed"}),
        (Sensitivity, {"kind": "hash-seed"}),
        (Explanation, {"same": True, "verdict": "identical"}),
        (Check, {"reproducible": None, "reproducible_when_recorded": None}),
    ],
)
def test_what_need_not_be_said_has_a_default(kind: type, least: dict[str, Any]) -> None:
    """And what a later samerun adds is passed over."""
    found = msgspec.json.decode(msgspec.json.encode({**least, "added later": 1}), type=kind)
    assert msgspec.to_builtins(found).items() >= least.items()
    for missing in least:
        with pytest.raises(msgspec.ValidationError, match=missing):
            msgspec.convert({key: value for key, value in least.items() if key != missing}, kind)


def test_not_found_out_is_neither_yes_nor_no() -> None:
    written = msgspec.json.encode(Check(None, True))
    assert b'"reproducible":null' in written
    assert msgspec.json.decode(written, type=Check).reproducible is None


def test_another_verdict_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="verdict"):
        msgspec.convert({"same": True, "verdict": "fine"}, Explanation)


def test_what_was_found_is_not_changed_afterwards() -> None:
    with pytest.raises(AttributeError):
        Cause("seed", "x").subject = "y"  # type: ignore[misc]
    assert len({Cause("a", "b"), Cause("a", "b"), Cause("a", "c")}) == 2
