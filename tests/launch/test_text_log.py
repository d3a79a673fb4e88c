"""Printed text as it is kept."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from samerun.basics.redaction import Redactor
from samerun.launch.text_log import TextLog
from samerun.store.layout import RunFolder


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    (tmp_path / "logs").mkdir()
    return RunFolder(tmp_path)


def test_both_streams_in_the_order_of_arrival(folder: RunFolder) -> None:
    log = TextLog(folder, Redactor())
    for name, data in (("stdout", b"one\n"), ("stderr", b"two\n"), ("stdout", b"three")):
        log(name, data)
    log.close()
    assert folder.train_log.read_bytes() == b"one\ntwo\nthree"
    assert (folder.logs / "stdout.log").read_bytes() == b"one\nthree"
    assert log.failed == ""


def test_a_secret_in_pieces_is_found(folder: RunFolder) -> None:
    log = TextLog(folder, Redactor(["hunter2hunter2"]))
    for data in (b"key hunt", b"er2hun", b"ter2\nnext\xff\n"):
        log("stdout", data)
    log.close()
    text = folder.train_log.read_bytes()
    assert b"hunter2" not in text
    assert text.endswith(b"\nnext\xff\n")


def test_what_comes_after_the_end_is_dropped(folder: RunFolder) -> None:
    log = TextLog(folder, Redactor())
    log("stdout", b"one\n")
    log.close()
    log("stdout", b"late\n")
    assert folder.train_log.read_bytes() == b"one\n"


def test_a_full_disk_is_remembered_and_raises_nothing(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    log = TextLog(folder, Redactor())

    def full(descriptor: int, data: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        log("stdout", b"one\n")
    log.close()
    assert "No space left" in log.failed
