"""The project's folder, read in all the states that folders are in."""

from __future__ import annotations

import mmap
import os
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samerun.basics.hashing import StatCache, hash_bytes, stat_key
from samerun.basics.redaction import Redactor
from samerun.launch import tree as tree_module
from samerun.launch.tree import Tree, TreeReader, _content, find_tree
from samerun.store.objects import Objects

Read = Callable[[], Tree]


def git(folder: Path, *arguments: str) -> str:
    options = ("-c", "user.name=A", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ["git", *options, "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture(autouse=True)
def _private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def repo(project: Path) -> Path:
    git(project, "init", "-q", "-b", "main")
    return project


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return Objects(tmp_path / "objects")


@pytest.fixture
def reader(project: Path, objects: Objects, tmp_path: Path) -> TreeReader:
    redactor = Redactor(["hunter2hunter2"], key=b"k" * 32)
    return TreeReader(project, {project / "outputs"}, objects, redactor, StatCache(tmp_path / "cache"))


def commit(folder: Path, **contents: str) -> None:
    for name, text in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")


def states(tree: Tree) -> dict[str, str]:
    return {name: fact.state for name, fact in tree.files.items()}


def test_what_git_says_of_each_file(repo: Path, reader: TreeReader, objects: Objects) -> None:
    commit(repo, **{"same.py": "s", "other.py": "o", ".gitignore": "*.log\n", "gone.py": "g"})
    (repo / "other.py").write_text("O")
    (repo / "new.py").write_text("n")
    (repo / "x.log").write_text("l")
    (repo / "gone.py").unlink()
    tree = reader.read()
    assert states(tree) == {
        ".gitignore": "committed",
        "same.py": "committed",
        "other.py": "changed",
        "new.py": "untracked",
        "x.log": "ignored",
    }
    assert tree.git is not None
    assert tree.git.dirty
    assert objects.read(tree.files["other.py"].hash or "") == b"O"
    assert objects.read(tree.files["new.py"].hash or "") == b"n"
    assert tree.files["same.py"].hash == hash_bytes(b"s")
    assert not tree.files["same.py"].kept
    assert tree.files["x.log"].hash is None
    assert reader.patch_material(tree) == {"other.py": b"o"}


def test_a_clean_tree_and_a_deleted_file(repo: Path, reader: TreeReader) -> None:
    commit(repo, **{"a.py": "a", "b.py": "b"})
    clean = reader.read().git
    assert clean is not None
    assert not clean.dirty
    (repo / "b.py").unlink()
    dirty = reader.read().git
    assert dirty is not None
    assert dirty.dirty


def test_the_raw_bytes_count_not_what_a_filter_makes_of_them(repo: Path, reader: TreeReader, objects: Objects) -> None:
    git(repo, "config", "core.autocrlf", "true")
    git(repo, "config", "filter.up.clean", "tr a-z A-Z")
    commit(repo, **{".gitattributes": "*.up filter=up\n", "a.up": "text\n", "b.txt": "x\r\n"})
    tree = reader.read()
    assert states(tree)["a.up"] == "changed"
    assert objects.read(tree.files["a.up"].hash or "") == b"text\n"
    assert objects.read(tree.files["b.txt"].hash or "") == b"x\r\n"


def test_without_git_names_are_known_and_contents_are_not(project: Path, reader: TreeReader, objects: Objects) -> None:
    (project / "a.py").write_text("a")
    tree = reader.read()
    assert states(tree) == {"a.py": "plain"}
    assert tree.files["a.py"].hash is None
    assert tree.git is None
    assert tree.no_git
    assert list(objects.all()) == []


def test_no_commit_yet(repo: Path, reader: TreeReader) -> None:
    (repo / "a.py").write_text("a")
    tree = reader.read()
    assert states(tree) == {"a.py": "untracked"}
    assert tree.git is not None
    assert tree.git.commit == ""


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_both_formats_of_objects(project: Path, reader: TreeReader, algorithm: str) -> None:
    git(project, "init", "-q", f"--object-format={algorithm}")
    commit(project, **{"a.py": "a", "empty.py": ""})
    assert states(reader.read()) == {"a.py": "committed", "empty.py": "committed"}


def test_links_pipes_modes_and_empty_folders(project: Path, reader: TreeReader) -> None:
    (project / "run.sh").touch(mode=0o755)
    (project / "to").symlink_to("run.sh")
    (project / "broken").symlink_to("/nowhere")
    (project / "dir").symlink_to("..")
    (project / "empty" / "deep").mkdir(parents=True)
    (project / "only_cache" / "__pycache__").mkdir(parents=True)
    os.mkfifo(project / "pipe")
    tree = reader.read()
    assert set(tree.files) == {"run.sh", "to", "broken", "dir", "empty/deep/", "only_cache/", "pipe"}
    assert (tree.files["to"].link, tree.files["broken"].link, tree.files["dir"].link) == ("run.sh", "/nowhere", "..")
    assert tree.files["run.sh"].mode & 0o111
    assert tree.files["pipe"].hash is None
    assert set(reader.look_again().keys) == set(tree.files)


def test_names_that_few_people_give(repo: Path, reader: TreeReader, objects: Objects) -> None:
    names = [b"new\nline", b"tab\t", b"caf\xe9.py", "日本.py".encode(), b"back\\slash", b"c:drive", b"~", b'"', b"* ?"]
    for name in names:
        (repo / os.fsdecode(name)).write_bytes(name)
    tree = reader.read()
    assert set(tree.files) == {os.fsdecode(name) for name in names}
    for name in names:
        fact = tree.files[os.fsdecode(name)]
        assert fact.state == "untracked"
        assert objects.read(fact.hash or "") == name


def test_caches_environments_and_the_store_are_no_part_of_it(project: Path, reader: TreeReader) -> None:
    for name in (
        "__pycache__/a.pyc",
        "outputs/run.json",
        "env/pyvenv.cfg",
        "conda/conda-meta/x",
        "node_modules/x",
        "a.py",
    ):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).touch()
    assert set(reader.read().files) == {"a.py"}


def test_a_submodule_is_part_of_the_tree(repo: Path, tmp_path: Path, reader: TreeReader) -> None:
    (tmp_path / "lib").mkdir()
    git(tmp_path / "lib", "init", "-q")
    commit(tmp_path / "lib", **{"l.py": "l"})
    git(repo, "submodule", "--quiet", "add", str(tmp_path / "lib"), "lib")
    commit(repo, **{"a.py": "a"})
    (repo / "lib" / "new.py").write_text("n")
    found = states(reader.read())
    assert (found["lib/l.py"], found["lib/new.py"], found["a.py"]) == ("committed", "untracked", "committed")


@pytest.mark.parametrize("damage", ["gone", "empty", "garbage", "itself"])
def test_a_broken_submodule_does_not_take_the_rest_along(
    repo: Path, tmp_path: Path, reader: TreeReader, damage: str
) -> None:
    (tmp_path / "lib").mkdir()
    git(tmp_path / "lib", "init", "-q")
    commit(tmp_path / "lib", **{"l.py": "l"})
    git(repo, "submodule", "--quiet", "add", str(tmp_path / "lib"), "lib")
    commit(repo, **{"a.py": "a"})
    (repo / "lib" / ".git").unlink()
    if damage == "empty":
        (repo / "lib" / ".git").mkdir()
    elif damage == "garbage":
        (repo / "lib" / ".git").write_text("gitdir: /nowhere\n")
    elif damage == "itself":
        (repo / "lib" / "l.py").unlink()
        (repo / "lib").rmdir()
        (repo / "lib").symlink_to(".")
    tree = reader.read()
    assert tree.git is not None
    assert tree.files["a.py"].state == "committed"


def test_a_nested_repository_is_data(repo: Path, reader: TreeReader) -> None:
    commit(repo, **{"a.py": "a"})
    for name, has_commit in (("with", True), ("without", False)):
        (repo / name).mkdir()
        git(repo / name, "init", "-q")
        (repo / name / "x.py").write_text("x")
        if has_commit:
            commit(repo / name)
    found = states(reader.read())
    assert (found["with/x.py"], found["without/x.py"], found["a.py"]) == ("ignored", "ignored", "committed")


def test_secrets_are_not_stored(repo: Path, reader: TreeReader, objects: Objects) -> None:
    (repo / ".env").write_text("API_KEY=x")
    (repo / "a.py").write_text("key = 'hunter2hunter2'")
    tree = reader.read()
    for name in (".env", "a.py"):
        fact = tree.files[name]
        assert fact.secret
        assert not fact.kept
        assert str(fact.hash).startswith("<redacted:")
    assert list(objects.all()) == []


def test_a_large_untracked_file_is_data(repo: Path, reader: TreeReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree_module, "MAX_CODE_BYTES", 3)
    (repo / "big.bin").write_bytes(b"1234")
    fact = reader.read().files["big.bin"]
    assert (fact.hash, fact.kept, fact.size) == (None, False, 4)


def test_a_folder_with_too_many_names_says_so(
    project: Path, reader: TreeReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree_module, "MAX_FILES", 5)
    for number in range(9):
        (project / str(number)).touch()
    tree = reader.read()
    assert len(tree.files) == 5
    assert len(tree.not_captured) == 1


def test_unchanged_files_are_not_read_again(repo: Path, reader: TreeReader, objects: Objects, tmp_path: Path) -> None:
    (repo / "a.py").write_text("a")
    os.utime(repo / "a.py", (1, 1))
    subprocess.run(["sleep", "0.05"], check=True)
    first = reader.read()
    reader.save_cache()
    (repo / "a.py").chmod(0o000)
    again = TreeReader(repo, set(), objects, Redactor(key=b"k" * 32), StatCache(tmp_path / "cache"))
    assert first.files["a.py"].hash == hash_bytes(b"a")
    (repo / "a.py").chmod(0o644)
    assert again.read().files["a.py"].hash == hash_bytes(b"a")


def test_a_file_that_somebody_has_mapped_is_read_again(repo: Path, reader: TreeReader) -> None:
    (repo / "a.py").write_text("a" * 100)
    time.sleep(0.03)
    with (repo / "a.py").open("r+b") as stream, mmap.mmap(stream.fileno(), 0) as mapped:
        mapped[0] = 98
        time.sleep(0.03)
        assert reader.read().files["a.py"].hash == hash_bytes(b"b" + b"a" * 99)
        mapped[1] = 98  # no time changes
        assert reader.read().files["a.py"].hash == hash_bytes(b"bb" + b"a" * 98)


def test_what_takes_a_files_place_is_not_waited_for(repo: Path) -> None:
    file, pipe = repo / "a.py", repo / "pipe"
    file.write_text("a")
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="took its place"):
        _content(str(pipe), stat_key(file))
    os.utime(file, (1, 1))
    assert _content(str(file), stat_key(file)) == (b"a", True)
    assert _content(str(file), stat_key(file)._replace(mtime_ns=2)) == (b"a", False)


@pytest.fixture
def as_nobody(project: Path) -> Iterator[None]:
    """Drop root's right to read everything; nothing to drop for other users."""
    if os.geteuid() != 0:
        yield
        return
    for path in (project, *project.parents):
        if path.stat().st_mode & 0o005 != 0o005 and str(path).startswith("/tmp"):
            path.chmod(path.stat().st_mode | 0o055)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_what_may_not_be_read_is_said(project: Path, tmp_path: Path, as_nobody: None) -> None:
    os.seteuid(0) if os.getuid() == 0 else None
    (project / "closed").mkdir()
    (project / "closed" / "x").touch()
    (project / "closed").chmod(0)
    (project / "listed").mkdir()
    (project / "listed" / "x").touch()
    (project / "listed").chmod(0o444)  # its names can be read, and nothing of its files
    (project / "z").touch()
    os.seteuid(65534) if os.getuid() == 0 else None
    tree = TreeReader(project, set(), Objects(tmp_path / "o"), Redactor(), StatCache(tmp_path / "c")).read()
    os.seteuid(0) if os.getuid() == 0 else None
    (project / "closed").chmod(0o755)
    (project / "listed").chmod(0o755)
    assert [gap.what for gap in tree.not_captured] == [str(project / "closed"), str(project / "listed")]
    assert all("Permission" in gap.why for gap in tree.not_captured)
    assert "z" in tree.files


def test_a_folder_in_which_files_come_and_go_can_be_read(project: Path, reader: TreeReader) -> None:
    for number in range(300):
        (project / f"{number}.tmp").touch()
    stop = threading.Event()

    def churn() -> None:
        while not stop.is_set():
            for number in range(300):
                (project / f"{number}.tmp").unlink(missing_ok=True)
                (project / f"{number}.tmp").touch()

    thread = threading.Thread(target=churn)
    thread.start()
    try:
        for _ in range(40):
            reader.read()
            reader.look_again()
    finally:
        stop.set()
        thread.join()


def test_the_tree_is_the_repository_or_the_project_or_the_folder(project: Path, tmp_path: Path) -> None:
    below = project / "a" / "b"
    below.mkdir(parents=True)
    assert find_tree(below) == below
    (project / "a" / "setup.py").touch()
    assert find_tree(below) == project / "a"
    (project / "pyproject.toml").touch()
    assert find_tree(below) == project
    (below / ".git").mkdir()
    assert find_tree(below) == below
    (tmp_path / ".git").mkdir()
    assert find_tree(project) == project
