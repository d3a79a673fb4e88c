"""What processes reported, joined into one observation."""

from __future__ import annotations

from samerun.basics.redaction import Redactor
from samerun.launch import reported
from samerun.launch.observe import observe
from samerun.launch.spool import Event, Spool


def unseeded(*events: tuple[str, reported.Record]) -> dict[str, str]:
    """Return what was drawn unseeded, by events of (label, record)."""
    return observe(Spool(tuple(Event(*event) for event in events)), Redactor()).unseeded


def test_a_draw_has_the_programs_line_before_its_workers() -> None:
    own, workers = reported.Drawn("numpy", "train.py", 3), reported.Drawn("numpy", "data.py", 9)
    assert unseeded(("main/f1", workers), ("main", own)) == {"numpy": "train.py:3"}
    assert unseeded(("main", reported.Drawn("numpy")), ("main/f1", workers)) == {"numpy": "data.py:9"}


def test_a_draw_without_a_line_counts_and_takes_that_of_a_generator_made_unseeded() -> None:
    made = reported.Entropy("numpy", 2, 128, "train.py", 5, importing=False, user=True)
    assert unseeded(("main", reported.Drawn("torch"))) == {"torch": ""}
    assert unseeded(("main", reported.Drawn("numpy")), ("main", made)) == {"numpy": "train.py:5"}


def test_what_imports_draw_is_no_draw_of_the_programs() -> None:
    made = reported.Entropy("numpy", 1, 128, "train.py", 1, importing=True, user=True)
    assert unseeded(("main", made)) == {}
