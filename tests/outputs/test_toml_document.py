from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest

from samerun.outputs import recognise, toml_document
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]


def test_recognised_and_not_its_neighbours() -> None:
    assert recognise("c.toml", b"a = 1").kind == "toml"
    assert not toml_document.recognises(PurePosixPath("c.ini"), b"a = 1")
    assert not toml_document.recognises(PurePosixPath("toml"), b"a = 1")


def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing) -> None:
    found = held("c.toml", "a = 1\n[b]\nx = nan\n", "# said\r\nb.x = nan\r\na = 1", comparing)
    assert (found.label, found.verdict, found.children) == ("toml", "equivalent", ())


def test_its_twin(held: Held, comparing: Comparing) -> None:
    found = held("c.toml", "[train]\nlr = 0.1\nwhen = 07:00:00\n", "[train]\nlr = 0.2\nwhen = 08:00:00\n", comparing)
    assert found.detail == "2 values differ; first: train.lr: 0.1 -> 0.2 (+100 %)"
    assert found.children[0].children[1].detail == "07:00:00 -> 08:00:00"


def test_a_date_of_the_run_is_volatile(held: Held, comparing: Comparing) -> None:
    found = held("c.toml", "created = 2024-06-10T06:13:30Z", "created = 2024-06-11T10:00:30Z", comparing)
    assert found.verdict == "equivalent"
    assert (
        held("c.toml", "begun = 2024-06-10T06:13:30Z", "begun = 2024-06-11T10:00:30Z", comparing).verdict == "different"
    )


@pytest.mark.parametrize("broken", ["a =", "[", "a = 1\na = 2", "\x00", b"\xff", "a = " + "[" * 5000])
def test_broken_it_is_compared_by_bytes(held: Held, comparing: Comparing, broken: str | bytes) -> None:
    found = held("c.toml", broken, "a = 1\n", comparing)
    assert found.detail.startswith("the first file cannot be read as toml: ")


def test_an_empty_file_holds_nothing(held: Held, comparing: Comparing) -> None:
    assert held("c.toml", "", "a = 1", comparing).detail == "a: only in the second"
