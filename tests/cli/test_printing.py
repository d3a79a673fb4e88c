"""What a command prints, and where."""

from __future__ import annotations

import io
import json
import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.cli.printing import encode, is_terminal, paint_for, print_document, print_page, say


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_document_is_one_line_of_strict_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_document("runs/1", {"runs": [1, None, "ä"]})
    out = capsys.readouterr().out
    assert out == '{"schema": "samerun.runs/1", "runs": [1, null, "\\u00e4"]}\n'


def test_what_json_has_no_number_for_becomes_text() -> None:
    assert encode({"a": [math.nan, math.inf, -math.inf, -0.0, 1.5]}) == (
        '{"a": ["NaN", "Infinity", "-Infinity", -0.0, 1.5]}'
    )


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters())),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(JSON)
def test_any_document_is_printable_ascii(value: object) -> None:
    text = encode({"value": value})
    assert text.isascii()
    assert text.isprintable()
    json.loads(text, parse_constant=lambda constant: pytest.fail(constant))


def test_a_page_goes_to_standard_output_and_a_message_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    print_page("page\n")
    say("message")
    seen = capsys.readouterr()
    assert (seen.out, seen.err) == ("page\n", "message\n")


def test_a_narrow_encoding_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    bytes_written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(bytes_written, encoding="ascii"))
    print_page("▁█ ok\n")
    assert bytes_written.getvalue() == b"?? ok\n"


def test_a_standard_error_that_is_gone_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    say("nobody hears this")


def test_colours_only_on_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert paint_for(Terminal())("x", "bad") == "\x1b[31mx\x1b[0m"
    assert paint_for(io.StringIO())("x", "bad") == "x"
    monkeypatch.setenv("NO_COLOR", "1")
    assert paint_for(Terminal())("x", "bad") == "x"
    monkeypatch.setenv("TERM", "dumb")
    assert not is_terminal(Terminal())
