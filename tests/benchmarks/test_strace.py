"""Logs of strace are read as strace writes them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import strace

READ = '7 openat(AT_FDCWD</home/a>, "data/x.csv", O_RDONLY|O_CLOEXEC) = 3</home/a/data/x.csv>'
WRITE = '7 openat(AT_FDCWD</home/a>, "m.json", O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC, 0666) = 4</home/a/m.json>'


def test_reads_and_writes() -> None:
    seen = strace.parse([READ, WRITE], "/home/a")
    assert (seen.read, seen.written) == ({"/home/a/data/x.csv"}, {"/home/a/m.json"})


@pytest.mark.parametrize(
    "line",
    [
        '7 openat(AT_FDCWD</home/a>, "none", O_RDONLY) = -1 ENOENT (No such file or directory)',
        '7 openat(AT_FDCWD</home/a>, "data", O_RDONLY|O_NONBLOCK|O_CLOEXEC|O_DIRECTORY) = 3</home/a/data>',
        "7 +++ exited with 0 +++",
        "",
    ],
)
def test_what_opens_no_file(line: str) -> None:
    assert strace.parse([line], "/home/a") == strace.Seen(frozenset(), frozenset())


def test_a_file_opened_for_both_is_read_and_written() -> None:
    seen = strace.parse(['7 openat(AT_FDCWD</h>, "db", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 5</h/db>'], "/h")
    assert seen.read == seen.written == {"/h/db"}


def test_a_call_in_two_pieces_is_put_together() -> None:
    pieces = [
        '7 openat(AT_FDCWD</h>, "a", O_RDONLY <unfinished ...>',
        '8 openat(AT_FDCWD</h>, "b", O_RDONLY) = 3</h/b>',
        "7 <... openat resumed>) = 4</h/a>",
    ]
    assert strace.parse(pieces, "/h").read == {"/h/a", "/h/b"}


def test_a_rename_writes_its_target_in_the_folder_of_its_process() -> None:
    lines = [
        '7 openat(AT_FDCWD</h/deep>, "t.tmp", O_WRONLY|O_CREAT, 0666) = 4</h/deep/t.tmp>',
        '7 rename("t.tmp", "t.json") = 0',
        '8 renameat(AT_FDCWD</h>, "u.tmp", AT_FDCWD</h>, "sub/u.json") = 0',
        '8 rename("/h/x", "/h/y") = -1 EXDEV (Invalid cross-device link)',
    ]
    assert strace.parse(lines, "/h").written == {"/h/deep/t.tmp", "/h/deep/t.json", "/h/sub/u.json"}


@pytest.mark.skipif(shutil.which("strace") is None, reason="no strace here")
def test_a_real_log(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("1")
    code = "import os; t = open('in.txt').read(); open('o.tmp', 'w').write(t); os.replace('o.tmp', 'out.txt')"
    log = tmp_path / "log"
    done = subprocess.run([*strace.command(log), sys.executable, "-c", code], cwd=tmp_path, check=False)
    if done.returncode:
        pytest.skip("strace may not trace here")
    seen = strace.parse(log.read_text().splitlines(), str(tmp_path))
    assert str(tmp_path / "in.txt") in seen.read
    assert {path for path in seen.written if path.startswith(str(tmp_path))} == {
        str(tmp_path / "o.tmp"),
        str(tmp_path / "out.txt"),
    }
