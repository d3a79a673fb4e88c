"""The same content has the same identity, other content another; what cannot be read has none."""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

import samerun.data
from samerun.basics.hashing import hash_bytes
from samerun.data.identity import hash_file, hash_tree, look
from samerun.data.manifest import Entry
from samerun.errors import BadOption, MissingData


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A folder with a file, a file in a folder, an empty folder and a link."""
    top = tmp_path / "data"
    (top / "x/empty").mkdir(parents=True)
    (top / "a").write_bytes(b"1")
    (top / "x/b").write_bytes(b"22")
    (top / "x/link").symlink_to("../a")
    return top


def paths(top: Path) -> list[str]:
    return [entry.path for entry in hash_tree(top).entries]


def test_a_tree(top: Path) -> None:
    assert hash_tree(top).entries == (
        Entry("a", size=1, blake3=hash_bytes(b"1")),
        Entry("x/b", size=2, blake3=hash_bytes(b"22")),
        Entry("x/empty", "folder"),
        Entry("x/link", "link", target="../a"),
    )


def test_a_copy_has_the_same_root_and_a_change_another(top: Path, tmp_path: Path) -> None:
    root = hash_tree(top).root
    shutil.copytree(top, tmp_path / "copy", symlinks=True)
    assert hash_tree(tmp_path / "copy").root == root
    (tmp_path / "copy/x/b").write_bytes(b"23")
    assert hash_tree(tmp_path / "copy").root != root
    (tmp_path / "link").symlink_to("data")
    assert hash_tree(tmp_path / "link").root == root


def test_quick_and_not_are_the_same(top: Path) -> None:
    assert hash_tree(top) == hash_tree(top, quick=True) == hash_tree(top, quick=True)


def test_a_file_is_a_tree_of_one(top: Path) -> None:
    assert hash_tree(top / "x/b").entries == (Entry("b", size=2, blake3=hash_bytes(b"22")),)
    assert hash_tree(top / "x/link").entries == (Entry("link", size=1, blake3=hash_bytes(b"1")),)


def test_an_empty_folder_has_a_root(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert hash_tree(tmp_path / "empty").entries == ()
    assert len(hash_tree(tmp_path / "empty").root) == 64


def test_other_hashes_on_request(top: Path) -> None:
    first = hash_tree(top, also=("md5", "sha256"), quick=True).entries[0]
    assert (first.sha256, first.md5) == (hashlib.sha256(b"1").hexdigest(), hashlib.md5(b"1").hexdigest())


def test_a_file_s_hash(top: Path) -> None:
    assert hash_file(top / "a") == hash_file(top / "x/link") == hash_bytes(b"1")
    assert hash_file(top / "a", algorithm="sha256") == hashlib.sha256(b"1").hexdigest()
    assert samerun.data.hash_file(top / "a", algorithm="md5") == hashlib.md5(b"1").hexdigest()
    with pytest.raises(BadOption, match="crc32"):
        hash_file(top / "a", algorithm="crc32")


@pytest.mark.parametrize("name", ["none", "x", "pipe"])
def test_what_is_no_file_has_no_hash(top: Path, name: str) -> None:
    os.mkfifo(top / "pipe")
    with pytest.raises(MissingData, match="there is nothing there" if name == "none" else f"{name} is no file"):
        hash_file(top / name)


def test_nothing_and_a_pipe_are_no_tree(top: Path) -> None:
    os.mkfifo(top / "pipe")
    for name in ("none", "pipe"):
        with pytest.raises(MissingData, match=name):
            hash_tree(top / name)


def test_pipes_and_sockets_are_named_and_not_opened(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(top)
    os.mkfifo("pipe")
    held = socket.socket(socket.AF_UNIX)
    held.bind("socket")
    kinds = {entry.path: entry.special for entry in hash_tree(top).entries if entry.kind == "special"}
    assert kinds == {"pipe": "pipe", "socket": "socket"}
    held.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_devices_are_named(top: Path) -> None:
    try:
        os.mknod(top / "null", 0o20666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("no devices may be made here")
    assert Entry("null", "special", special="character device") in hash_tree(top).entries


def test_names_of_any_bytes(tmp_path: Path) -> None:
    names = ["new\nline", "back\\slash", "'quote\"", os.fsdecode(b"\xff\xfe"), " ", "-o", "*", "a\x1b[31m", "\u202e"]
    for name in names:
        (tmp_path / "data" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "data" / name).write_text("x")
    assert sorted(paths(tmp_path / "data")) == sorted(names)


def test_unicode_forms_are_two_names(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / unicodedata.normalize(form, "é")).write_text(form)  # type: ignore[arg-type]
    assert len(paths(tmp_path / "data")) == 2


def test_hard_links_are_files_of_their_own(top: Path) -> None:
    os.link(top / "a", top / "b")
    assert [entry.blake3 for entry in hash_tree(top).entries[:2]] == [hash_bytes(b"1")] * 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_without_permission_there_is_no_identity(top: Path, tmp_path: Path) -> None:
    (top / "a").chmod(0)
    code = (
        "import os\nfrom samerun.data.identity import look, hash_tree\nfrom samerun.errors import MissingData\n"
        "folder = os.open('data', os.O_RDONLY)\nos.setuid(65534)\nos.fchdir(folder)\n"
        "print([tuple(one) for one in look('.').unread])\n"
        "try:\n    hash_tree('.')\nexcept MissingData as error:\n    print(error)\n"
    )
    tmp_path.chmod(0o755)
    environment = {**os.environ, "XDG_CACHE_HOME": "/nonexistent"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert "[('a', 'there is no permission to read it', False)]" in done.stdout, done.stderr
    assert "cannot be identified: a: there is no permission to read it" in done.stdout


def test_progress_counts_files_and_bytes(top: Path) -> None:
    (top / "big").write_bytes(bytes(9 << 20))
    (top / "middling").write_bytes(bytes(1 << 20))
    told: list[tuple[int, int]] = []
    for quick in (False, True):
        told.clear()
        hash_tree(top, quick=quick, progress=lambda *done: told.append(done))
        assert told == sorted(told)
        assert told[-1][0] == 4
        assert told[-1][1] == (0 if quick else 3 + (9 << 20) + (1 << 20))


def test_a_prefix_stands_before_every_path(top: Path) -> None:
    (top / ".git").mkdir()
    seen = look(top, at="there/data")
    assert [entry.path for entry in seen.manifest.entries][0] == "there/data/a"
    assert seen.left_out == ["there/data/.git"]


def test_every_size_gets_the_hash_of_its_bytes(tmp_path: Path) -> None:
    sizes = [0, 1, (256 << 10) - 1, 256 << 10, (8 << 20) - 1, 8 << 20]
    (tmp_path / "data").mkdir()
    for size in sizes:
        (tmp_path / f"data/{size}").write_bytes(os.urandom(size))
    for entry in hash_tree(tmp_path / "data").entries:
        assert entry.blake3 == hash_bytes((tmp_path / "data" / entry.path).read_bytes())
        assert entry.size == int(entry.path)
