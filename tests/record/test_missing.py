"""Absence as a value."""

from __future__ import annotations

import msgspec

from samerun.record.missing import Missing


def test_it_has_a_reason_and_looks_the_same_in_json() -> None:
    assert Missing("gone").why == "gone"
    assert msgspec.json.encode(Missing("gone")) == b'{"missing":"gone"}'
