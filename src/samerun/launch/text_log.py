"""The text that a program prints, kept without secrets."""

from __future__ import annotations

import errno
import os
import threading

from samerun.basics.redaction import RedactedStream, Redactor
from samerun.store.layout import RunFolder


class TextLog:
    """What the program prints, redacted: ``logs/train.log`` in the order of arrival, ``logs/stdout.log`` apart."""

    def __init__(self, folder: RunFolder, redactor: Redactor) -> None:
        self._streams = {name: RedactedStream(redactor) for name in ("stdout", "stderr")}
        self._files = {name: os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) for name, path in
                       (("all", folder.train_log), ("stdout", folder.logs / "stdout.log"))}  # fmt: skip
        self.failed = ""
        self._lock = threading.Lock()  # what the program has left running goes on printing while the log is closed

    def __call__(self, name: str, data: bytes) -> None:
        """Keep one piece of text; a full disk is remembered and never stops the program's text from passing on."""
        with self._lock:
            self._write(name, self._streams[name].feed(data))

    def _write(self, name: str, text: bytes) -> None:
        if not text or not self._files:
            return
        try:
            _write_whole(self._files["all"], text)
            if name == "stdout":
                _write_whole(self._files["stdout"], text)
        except OSError as error:
            self.failed = f"what was printed could not be kept: {error.strerror}"

    def close(self) -> None:
        """Write what is left and close the files."""
        with self._lock:
            for name, stream in self._streams.items():
                self._write(name, stream.finish())
            for descriptor in self._files.values():
                os.close(descriptor)
            self._files = {}


def _write_whole(descriptor: int, text: bytes) -> None:
    """Write all of a text; one that was cut off has failed."""
    if os.write(descriptor, text) != len(text):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
