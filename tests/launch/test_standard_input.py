"""What was read from standard input is told, and nothing is read in the program's place."""

from __future__ import annotations

import os
from pathlib import Path

from samerun.launch.standard_input import StandardInput


def test_a_file_of_which_some_was_read(tmp_path: Path) -> None:
    path = tmp_path / "answers.txt"
    path.write_text("yes\nno\n")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        before = StandardInput(descriptor)
        assert before.not_captured() == []
        os.read(descriptor, 4)
        (told,) = before.not_captured()
        assert told.what == "standard input"
        assert "4 bytes" in told.why
        assert os.read(descriptor, 10) == b"no\n"
    finally:
        os.close(descriptor)


def test_a_pipe_that_was_emptied() -> None:
    reader, writer = os.pipe()
    try:
        os.write(writer, b"data")
        before = StandardInput(reader)
        assert before.not_captured() == []
        os.read(reader, 4)
        assert "a pipe" in before.not_captured()[0].why
    finally:
        os.close(reader)
        os.close(writer)


def test_an_idle_pipe_the_null_device_and_nothing_are_silent() -> None:
    reader, writer = os.pipe()
    null = os.open(os.devnull, os.O_RDONLY)
    assert StandardInput(reader).not_captured() == []
    assert StandardInput(null).not_captured() == []
    for descriptor in (reader, writer, null):
        os.close(descriptor)
    assert StandardInput(reader).not_captured() == []
