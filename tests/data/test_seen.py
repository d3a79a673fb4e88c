"""What could not be read is named, and how much more there is."""

from __future__ import annotations

import pytest

from samerun.data.seen import Unread, refuse_unread
from samerun.errors import MissingData


def test_nothing_unread_is_no_refusal() -> None:
    refuse_unread("data", [])


def test_the_first_is_named_and_the_rest_counted() -> None:
    with pytest.raises(MissingData) as caught:
        refuse_unread("data", [Unread("b", "gone"), Unread("a", "no permission"), Unread("c", "gone")])
    assert caught.value.sentence == "data cannot be identified: a: no permission and 2 more."
    assert caught.value.facts["unread"] == ["b", "a", "c"]
    with pytest.raises(MissingData, match=r"\.: no permission\."):
        refuse_unread("data", [Unread("", "no permission", folder=True)])
