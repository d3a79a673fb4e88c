"""The page of ``check``."""

from __future__ import annotations

from samerun.record.cause import Cause, Check, Sensitivity, Unconfirmed
from samerun.report.check_page import check_page

CAUSE = Cause("unseeded-numpy", "numpy", "train.py:15", "left as it comes, they do not", "pass a seed")
SENSITIVITY = Sensitivity("listing-order", "train.py:3", "the result is another", "sort the names", "os.listdir")


def test_everything_that_was_found_is_on_it() -> None:
    open_ = Unconfirmed("network", "example.org:443", "what comes from there cannot be held")
    page = check_page(Check(False, True, (CAUSE,), (SENSITIVITY,), ("clock", "locale"), 12, (open_,), ("A note.",)))
    assert page.splitlines()[:3] == [
        "Reproducible as it is:   no",
        "Reproducible, recorded:  yes",
        "12 replays; 1 cause, 1 sensitivity",
    ]
    assert "unseeded-numpy  numpy  train.py:15\n  left as it comes, they do not\n  do: pass a seed" in page
    assert "sensitive to listing-order  os.listdir  train.py:3" in page
    assert "Makes no difference\n  clock, locale" in page
    assert "Could not be told\n  network  example.org:443: what comes from there cannot be held" in page
    assert "Notes\n  A note." in page


def test_nothing_found_leaves_the_lists_out() -> None:
    page = check_page(Check(True, True, replays=1))
    assert page == "Reproducible as it is:   yes\nReproducible, recorded:  yes\n1 replay; no causes, no sensitivities\n"


def test_what_was_not_found_out_is_said_so() -> None:
    page = check_page(Check(None, None))
    assert "Reproducible as it is:   not found out" in page
    assert page.count("not found out") == 2


def test_a_cause_without_a_line_or_advice_is_short() -> None:
    page = check_page(Check(False, False, (Cause("hash-order", "PYTHONHASHSEED"),)))
    assert page.endswith("\nhash-order  PYTHONHASHSEED\n")


def test_several_are_counted_in_words_and_marked() -> None:
    painted: list[str] = []

    def paint(text: str, style: str) -> str:
        painted.append(style)
        return text

    page = check_page(Check(False, False, (CAUSE, CAUSE), (SENSITIVITY, SENSITIVITY)), paint)
    assert "2 causes, 2 sensitivities" in page
    assert {"bad", "warn", "dim"} <= set(painted)


def test_nothing_from_a_run_steers_the_terminal() -> None:
    page = check_page(Check(False, True, (Cause("code", "a\x1b[31m.py", "b\x1b.py:1", "c\x1b", "d\x1b"),)))
    assert "\x1b" not in page
