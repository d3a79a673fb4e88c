"""Git asked in repositories that are broken, odd, or set traps."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.basics.git import Git, NoGit, blob_name, open_git

Run = Callable[..., str]
EMPTY = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@pytest.fixture(autouse=True)
def _private_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """Make an empty repository."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """Run git as a user would."""
    options = ("-c", "user.name=A", "-c", "user.email=a@b", "-c", "protocol.file.allow=always")
    return subprocess.run(
        ["git", *options, "-C", folder, *arguments], check=True, capture_output=True, text=True
    ).stdout


def commit(folder: Path, **contents: str) -> str:
    """Write files, add and commit them; return the commit."""
    for name, text in contents.items():
        (folder / name).write_text(text)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "x")
    return git(folder, "rev-parse", "HEAD").strip()


def listed(folder: Path) -> dict[str, str]:
    return {entry.path: entry.blob for entry in open_git(folder).files()}


def test_tracked_and_untracked_but_not_ignored(repo: Path) -> None:
    commit(repo, **{"a.txt": "a", ".gitignore": "*.log\n"})
    (repo / "b.txt").write_text("b")
    (repo / "c.log").write_text("c")
    found = listed(repo)
    assert set(found) == {".gitignore", "a.txt", "b.txt"}
    assert found["a.txt"] == blob_name(b"a")
    assert found["b.txt"] == ""


def test_head_and_remote(repo: Path) -> None:
    head = commit(repo, **{"a.txt": "a"})
    git(repo, "remote", "add", "origin", "https://me:pw@host/x.git")
    assert open_git(repo).head() == {"commit": head, "branch": "main"}
    assert open_git(repo).remote() == "https://me:pw@host/x.git"


def test_a_detached_head(repo: Path) -> None:
    head = commit(repo, **{"a.txt": "a"})
    git(repo, "checkout", "-q", "--detach")
    assert open_git(repo).head() == {"commit": head, "branch": "HEAD"}


def test_a_branch_that_is_no_utf8(repo: Path) -> None:
    head = commit(repo, **{"a.txt": "a"})
    git(repo, "pack-refs", "--all")
    (repo / ".git" / "HEAD").write_bytes(b"ref: refs/heads/caf\xe9\n")
    (repo / ".git" / "packed-refs").write_bytes(head.encode() + b" refs/heads/caf\xe9\n")
    assert open_git(repo).head()["commit"] == head


def test_no_commit_yet(repo: Path) -> None:
    (repo / "a.txt").write_text("a")
    assert open_git(repo).head() == {"commit": "", "branch": ""}
    assert open_git(repo).remote() == ""
    assert listed(repo) == {"a.txt": ""}


def test_names_that_few_people_give(repo: Path) -> None:
    names = [
        b"new\nline",
        b"tab\there",
        b"caf\xe9",
        "日本".encode(),
        b'quo"te',
        b"? odd",
        b"H 100644 x 0",
        b" ",
        b"-rf",
    ]
    for name in names:
        (repo / os.fsdecode(name)).write_text("x")
    assert set(listed(repo)) == {os.fsdecode(name) for name in names}
    git(repo, "add", "-A")
    assert set(listed(repo)) == {os.fsdecode(name) for name in names}


def test_a_conflict_lists_the_file_once(repo: Path) -> None:
    commit(repo, **{"a.txt": "a"})
    git(repo, "checkout", "-q", "-b", "other")
    commit(repo, **{"a.txt": "b"})
    git(repo, "checkout", "-q", "main")
    commit(repo, **{"a.txt": "c"})
    with pytest.raises(subprocess.CalledProcessError):
        git(repo, "merge", "-q", "other")
    assert set(listed(repo)) == {"a.txt"}


def test_blobs_by_name(repo: Path) -> None:
    commit(repo, **{"a.txt": "a\n\0b", "b.txt": ""})
    names = [blob_name(b"a\n\0b"), EMPTY, "0" * 40, blob_name(b"a\n\0b")]
    assert open_git(repo).blobs(names) == {names[0]: b"a\n\0b", EMPTY: b""}
    assert open_git(repo).blobs([]) == {}


@pytest.mark.parametrize("name", ["HEAD", "HEAD:a.txt", "--help", "", "x\n" + EMPTY, "a" * 10_000, "HEAD^{tree}"])
def test_what_is_no_name_of_a_blob_gives_none(repo: Path, name: str) -> None:
    commit(repo, **{"a.txt": "a"})
    assert name not in open_git(repo).blobs([name])


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_blobs_name_in_either_format(tmp_path: Path, algorithm: str) -> None:
    git(tmp_path, "init", "-q", f"--object-format={algorithm}")
    commit(tmp_path, **{"a.txt": "content"})
    name = listed(tmp_path)["a.txt"]
    assert blob_name(b"content", like=name) == name
    assert open_git(tmp_path).blobs([name]) == {name: b"content"}


def test_the_name_of_an_empty_blob() -> None:
    assert blob_name(b"") == EMPTY
    assert blob_name(b"", like="f" * 64) == hashlib.sha256(b"blob 0\0").hexdigest()


def test_a_linked_work_tree(repo: Path, tmp_path: Path) -> None:
    head = commit(repo, **{"a.txt": "a"})
    git(repo, "worktree", "add", "-q", str(tmp_path / "second"), "-b", "second")
    assert open_git(tmp_path / "second").head() == {"commit": head, "branch": "second"}
    assert set(listed(tmp_path / "second")) == {"a.txt"}


def test_a_submodule_is_one_entry(repo: Path, tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    git(tmp_path / "lib", "init", "-q")
    head = commit(tmp_path / "lib", **{"l.txt": "l"})
    git(repo, "submodule", "--quiet", "add", str(tmp_path / "lib"), "lib")
    entries = {entry.path: entry for entry in open_git(repo).files()}
    assert entries["lib"].is_submodule
    assert entries["lib"].blob == head
    assert not entries[".gitmodules"].is_submodule


def test_a_nested_repository_without_a_commit_is_a_folder(repo: Path) -> None:
    (repo / "nested").mkdir()
    git(repo / "nested", "init", "-q")
    (repo / "nested" / "x").write_text("x")
    assert set(listed(repo)) == {"nested/"}


TRAPS = {
    "core.fsmonitor": "{trap}",
    "core.pager": "{trap}",
    "core.sshCommand": "{trap}",
    "core.gitProxy": "{trap}",
    "core.editor": "{trap}",
    "core.askPass": "{trap}",
    "credential.helper": "!{trap}",
    "diff.external": "{trap}",
    "diff.trap.textconv": "{trap}",
    "diff.trap.command": "{trap}",
    "filter.trap.clean": "{trap}",
    "filter.trap.smudge": "{trap}",
    "filter.trap.process": "{trap}",
    "filter.trap.required": "true",
    "alias.ls-files": "!{trap}",
    "alias.rev-parse": "!{trap}",
    "alias.cat-file": "!{trap}",
    "core.hooksPath": "{hooks}",
    "core.alternateRefsCommand": "{trap}",
    "uploadpack.packObjectsHook": "{trap}",
    "gpg.program": "{trap}",
}


def set_traps(repo: Path, trap: Path) -> None:
    """Have every program that a repository can name be one that leaves a mark."""
    hooks = trap.parent / "hooks"
    hooks.mkdir()
    for hook in ("pre-commit", "post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_text(f"#!/bin/sh\nexec {trap}\n")
        (hooks / hook).chmod(0o755)
        (repo / ".git" / "hooks").mkdir(exist_ok=True)
        (repo / ".git" / "hooks" / hook).write_text(f"#!/bin/sh\nexec {trap}\n")
        (repo / ".git" / "hooks" / hook).chmod(0o755)
    for name, value in TRAPS.items():
        git(repo, "config", name, value.format(trap=trap, hooks=hooks))


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """Make a program that leaves ``sprung`` beside itself."""
    program = tmp_path / "trap"
    program.write_text(f"#!/bin/sh\necho $0 $* >> {tmp_path}/sprung\nexit 1\n")
    program.chmod(0o755)
    return program


def test_nothing_of_the_repository_is_run(repo: Path, trap: Path) -> None:
    head = commit(repo, **{"a.txt": "a", ".gitattributes": "* filter=trap diff=trap\n"})
    set_traps(repo, trap)
    (repo / "a.txt").write_text("changed")
    (repo / "b.txt").write_text("b")
    opened = open_git(repo)
    assert set(listed(repo)) == {".gitattributes", "a.txt", "b.txt"}
    assert opened.head()["commit"] == head
    assert opened.blobs([blob_name(b"a")]) == {blob_name(b"a"): b"a"}
    assert opened.remote() == ""
    assert not (trap.parent / "sprung").exists()


def test_the_traps_are_real(repo: Path, trap: Path) -> None:
    commit(repo, **{"a.txt": "a", ".gitattributes": "* filter=trap diff=trap\n"})
    set_traps(repo, trap)
    (repo / "a.txt").write_text("changed")
    subprocess.run(["git", "-C", repo, "status"], capture_output=True, check=False)
    assert (trap.parent / "sprung").exists()


@pytest.mark.parametrize("url", ["ext::{trap}", "{folder}", "ssh://host/x", "file://{folder}"])
def test_a_missing_object_is_never_fetched(repo: Path, trap: Path, url: str) -> None:
    commit(repo, **{"a.txt": "a"})
    for name, value in (
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.url", url.format(trap=trap, folder=trap.parent)),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", str(trap)),
        ("core.sshCommand", str(trap)),
        *((f"protocol.{kind}.allow", "always") for kind in ("ext", "file", "ssh")),
    ):
        git(repo, "config", name, value)
    try:
        found = open_git(repo).blobs([blob_name(b"nowhere"), blob_name(b"a")])
    except OSError:
        found = {}
    assert blob_name(b"nowhere") not in found
    assert not (trap.parent / "sprung").exists()


def test_a_git_in_the_current_folder_is_never_found(repo: Path, trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repo / "git").write_text(f"#!/bin/sh\nexec {trap}\n")
    (repo / "git").chmod(0o755)
    monkeypatch.chdir(repo)
    for path in (f".:{os.environ['PATH']}", f":{os.environ['PATH']}", f"./:{os.environ['PATH']}"):
        monkeypatch.setenv("PATH", path)
        assert set(listed(repo)) == {"git"}
    assert not (trap.parent / "sprung").exists()


def test_variables_that_lead_git_elsewhere_are_left_out(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    git(tmp_path / "other", "init", "-q")
    commit(tmp_path / "other", **{"other.txt": "o"})
    commit(repo, **{"a.txt": "a"})
    for name, value in (
        ("GIT_DIR", str(tmp_path / "other" / ".git")),
        ("GIT_WORK_TREE", str(tmp_path / "other")),
        ("GIT_INDEX_FILE", str(tmp_path / "nowhere")),
        ("GIT_TRACE", str(tmp_path / "trace")),
        ("GIT_CONFIG_COUNT", "bad"),
    ):
        monkeypatch.setenv(name, value)
    assert set(listed(repo)) == {"a.txt"}
    assert not (tmp_path / "trace").exists()


def test_nothing_of_the_repository_is_written(repo: Path) -> None:
    commit(repo, **{"a.txt": "a"})
    os.utime(repo / "a.txt")  # a stat that a plain `git status` would refresh in the index
    before = {path: path.stat().st_mtime_ns for path in (repo / ".git").rglob("*")}
    opened = open_git(repo)
    list(opened.files())
    opened.head()
    opened.blobs([blob_name(b"a")])
    assert {path: path.stat().st_mtime_ns for path in (repo / ".git").rglob("*")} == before


def test_no_repository_no_git_and_a_broken_one_say_why(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(NoGit, match="not in a git work tree"):
        open_git(tmp_path / "plain")
    (repo / ".git" / "HEAD").unlink()
    with pytest.raises(NoGit, match="git cannot read"):
        open_git(repo)
    with pytest.raises(NoGit, match="not installed"):
        open_git(repo, {"PATH": str(tmp_path)})


def test_a_broken_repository_never_makes_the_one_above_answer(repo: Path) -> None:
    commit(repo, **{"a.txt": "a"})
    (repo / "below" / ".git").mkdir(parents=True)
    with pytest.raises(NoGit):
        open_git(repo / "below")


@pytest.mark.parametrize("file", ["index", "config", "HEAD"])
def test_damage_is_an_os_error(repo: Path, file: str) -> None:
    commit(repo, **{"a.txt": "a"})
    (repo / ".git" / file).write_bytes(b"\0\xff[[[ damaged")
    with pytest.raises(OSError, match="."):
        list(open_git(repo).files())


@pytest.mark.parametrize("setting", ["core.worktree=/", "core.bare=true", "core.worktree=/nowhere"])
def test_a_configuration_that_leads_elsewhere_lists_nothing_of_there(repo: Path, setting: str) -> None:
    commit(repo, **{"a.txt": "a"})
    git(repo, "config", *setting.split("="))
    try:
        found = set(listed(repo))
    except OSError:
        found = {"a.txt"}
    assert found == {"a.txt"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a repository away")
def test_a_repository_of_another_user_is_read(repo: Path) -> None:
    head = commit(repo, **{"a.txt": "a"})
    for path in (repo, *repo.rglob("*")):
        os.chown(path, 12345, 12345)
    assert open_git(repo).head()["commit"] == head
    assert set(listed(repo)) == {"a.txt"}


def test_a_folder_below_the_top_answers_for_the_top(repo: Path) -> None:
    (repo / "below").mkdir()
    commit(repo, **{"a.txt": "a"})
    assert open_git(repo / "below").top == repo


def test_a_git_that_hangs_counts_as_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 20\n")
    slow.chmod(0o755)
    monkeypatch.setattr("samerun.basics.git.TIMEOUT_S", 0.2)
    with pytest.raises(OSError, match="did not answer"):
        Git(tmp_path, str(slow)).ask("status")
