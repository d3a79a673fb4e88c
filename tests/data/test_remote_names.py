"""Addresses are told from paths, and locks of remote files from other files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from samerun.data.remote_names import START, is_remote, is_remote_lock


def test_which_arguments_are_addresses() -> None:
    assert [is_remote(path) for path in ("s3://b", "https://h/x", "data", "/a://b", "a/b://c", "s3:/b")] == [
        *(True, True),
        *(False, False, False, False),
    ]


def test_a_pipe_is_no_lock_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "lock").write_bytes(START + b'1"')
    assert [is_remote_lock(tmp_path / name) for name in ("pipe", "lock", "gone", ".")] == [False, True, False, False]


def test_what_speaks_to_servers_is_not_loaded_to_know_that() -> None:
    code = (
        "import sys, samerun.cli.data_remote, samerun.cli.data_foreign\n"
        "print([name for name in ('urllib.request', 'http.client', 'fsspec', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
