"""Which files count."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from samerun.inside import places


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    before = places._places
    yield
    places._places = before


def install(**changes: str) -> None:
    places.install({"SAMERUN_TREE": "/home/me/project", "SAMERUN_SPOOL": "/tmp/spool", **changes})


@pytest.mark.parametrize(
    "path",
    [
        "/home/me/project/train.py",
        "/home/me/project/.hidden/x",
        "/home/me/other/data.csv",
        "/data/train.parquet",
        "/mnt/usr/lib/x",
        "/usr/local/data/x",
        "/usr/src/project/x",
        "/run/media/me/disk/x",
        "/dev/shm/staged/x",
        "/tmp/scratch",
        "/opt/data/x",
        "/home/me/library/bin/x",
    ],
)
def test_counts(path: str) -> None:
    install()
    assert places.is_seen(path)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/etc/ssl/openssl.cnf",
            "/proc/cpuinfo",
            "/sys/x",
            "/usr/lib/libc.so",
            "/usr/share/zoneinfo/UTC",
            "/dev/null",
        ),
        *("/tmp/spool/main.events", f"{sys.base_prefix}/lib/python3.11/os.py", f"{sys.prefix}/bin/python"),
        *("/home/me/project/venv/lib/python3.12/site-packages/torch/__init__.py", f"{sys.prefix}/pyvenv.cfg"),
        str(Path(places.__file__)),
    ],
)
def test_does_not_count(path: str) -> None:
    install()
    assert not places.is_seen(path)


def test_a_project_below_a_system_folder_counts() -> None:
    install(SAMERUN_TREE="/usr/lib/project")
    assert places.is_seen("/usr/lib/project/train.py")
    assert not places.is_seen("/usr/lib/other")


def test_a_project_below_an_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/opt/conda")
    install(SAMERUN_TREE="/opt/conda/work/project")
    assert places.is_seen("/opt/conda/work/project/train.py")
    assert places.is_seen("/opt/conda/work/data.csv")
    assert not places.is_seen("/opt/conda/bin/python")


def test_an_environment_in_the_project_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/home/me/project/.venv")
    install()
    assert not places.is_seen("/home/me/project/.venv/share/x")
    assert places.is_seen("/home/me/project/.venvs.txt")


def test_a_project_that_is_its_environment_keeps_its_own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/home/me/project")
    install()
    assert places.is_seen("/home/me/project/data/x")
    assert places.is_seen("/home/me/project/share/x")
    assert not places.is_seen("/home/me/project/bin/python")
    assert not places.is_seen("/home/me/project/pyvenv.cfg")


def test_the_run_folder_in_the_tree_does_not_count_and_a_workspace_in_the_run_folder_does() -> None:
    install(SAMERUN_RUN="/home/me/project/outputs/experiments/x/1")
    assert not places.is_seen("/home/me/project/outputs/experiments/x/1/logs/train.log")
    assert places.is_seen("/home/me/project/outputs/experiments/x/0/model.pt")
    install(SAMERUN_TREE="/store/1/workspace", SAMERUN_RUN="/store/1")
    assert places.is_seen("/store/1/workspace/train.py")
    assert not places.is_seen("/store/1/run.json")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", "/a/b"),
        ("/a/./b", "/a/b"),
        ("/a/../b", "/b"),
        ("//a//b/", "/a/b"),
        ("/a/.hidden", "/a/.hidden"),
        ("/a/..b", "/a/..b"),
    ],
)
def test_normal(path: str, expected: str) -> None:
    assert places.normal(path) == expected


def test_normal_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert places.normal("a/../b") == f"{tmp_path}/b"
    assert places.normal(".") == str(tmp_path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/__pycache__/b.cpython-311.pyc", "/a/b.py"),
        ("/a/__pycache__/b.cpython-311.opt-2.pyc", "/a/b.py"),
        ("/a/__pycache__/my.script.cpython-39.pyc", "/a/my.script.py"),
        ("/a/__pycache__/b.cpython-311.pyc.140396", ""),
        ("/a/__pycache__/kernel.nbi", ""),
        ("/a/b.pyc", "/a/b.pyc"),
        ("/a/b.py", "/a/b.py"),
    ],
)
def test_a_compiled_file_counts_as_its_source(path: str, expected: str) -> None:
    assert places.source_of(path) == expected


def test_a_compiled_file_kept_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "pycache_prefix", "/tmp/cache")
    assert places.source_of("/tmp/cache/home/me/b.cpython-311.pyc") == "/home/me/b.py"
    assert places.source_of("/tmp/cached/b.cpython-311.pyc") == "/tmp/cached/b.cpython-311.pyc"


def test_user_code() -> None:
    install()
    assert places.is_user_code("/home/me/project/train.py")
    assert places.is_user_code("<ipython-input-1-x>")
    assert places.is_user_code("/tmp/ipykernel_12/345.py")
    assert places.is_user_code("<string>")
    assert not places.is_user_code("<frozen os>")
    assert not places.is_user_code("/home/me/other/library.py")
    assert not places.is_user_code("/home/me/project/venv/lib/python3.12/site-packages/x.py")


def test_the_guard_refuses_the_original_tree_only() -> None:
    install(SAMERUN_TREE="/elsewhere/copy", SAMERUN_GUARD="/home/me/project", SAMERUN_RUN="/home/me/project/outputs/1")
    assert "not to be written" in places.refusal("/home/me/project/model.pt")
    assert places.refusal("/home/me/project")
    assert not places.refusal("/home/me/projects/x")
    assert not places.refusal("/elsewhere/copy/model.pt")
    assert not places.refusal("/home/me/project/outputs/1/log")
    assert not places.refusal("/home/me/project/outputs/1"), "a workspace below the tree: tempfile opens the folder"
    assert places.guards()


def test_no_guard_refuses_nothing() -> None:
    install()
    assert not places.refusal("/home/me/project/model.pt")
    assert not places.guards()
