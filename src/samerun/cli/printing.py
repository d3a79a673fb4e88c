"""What a command prints: its page or its document on standard output, everything else on standard error."""

from __future__ import annotations

import json
import os
import sys
from typing import IO, Any

from samerun.basics import exact
from samerun.report.plain_words import Paint, Tone, unpainted

_CODES: dict[Tone, str] = {"good": "32", "bad": "31", "warn": "33", "dim": "2", "strong": "1"}


class ReaderGone(Exception):
    """Whoever read standard output went away."""


def print_page(text: str) -> None:
    """Print the command's page on standard output; what its encoding does not have becomes ``?``.

    Raises:
        ReaderGone: nobody reads standard output any more.
    """
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def print_file(content: bytes) -> None:
    """Print on standard output what would else be written to a file, byte for byte.

    Raises:
        ReaderGone: nobody reads standard output any more.
    """
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error


def print_document(schema: str, document: dict[str, Any]) -> None:
    """Print the command's one JSON document on standard output.

    Args:
        schema: the name of the thing and its version, such as ``runs/1``.
        document: what stands beside ``schema``.

    Raises:
        ReaderGone: nobody reads standard output any more.
    """
    print_page(encode({"schema": f"samerun.{schema}", **document}) + "\n")


def encode(document: dict[str, Any]) -> str:
    """Return a document as strict JSON in ASCII, so that nothing in it can be obeyed by a terminal.

    NaN and the infinities, which JSON does not have, become the texts ``NaN``, ``Infinity`` and ``-Infinity``.
    """
    try:
        text = json.dumps(document, allow_nan=False)
    except ValueError:
        text = json.dumps(_plain(document), allow_nan=False)
    return text.replace("\x7f", "\\u007f")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return exact.encode_number(value) if isinstance(value, int | float) else value


def say(text: str) -> None:
    """Print a message on standard error; a standard error that is gone is no reason to fail."""
    try:
        encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
        sys.stderr.write(text.encode(encoding, "replace").decode(encoding) + "\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass


def paint_for(stream: IO[str]) -> Paint:
    """Return what gives colours on a stream: nothing at all unless it is a terminal that wants them."""
    return _paint if is_terminal(stream) and not os.environ.get("NO_COLOR") else unpainted


def is_terminal(stream: IO[str]) -> bool:
    """Say whether a stream is a terminal that can do more than print lines."""
    try:
        return stream.isatty() and os.environ.get("TERM") != "dumb"
    except (ValueError, AttributeError):
        return False


def _paint(text: str, tone: Tone) -> str:
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m"
