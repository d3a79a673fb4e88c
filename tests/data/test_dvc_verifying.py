"""Working files are held against what DVC tracks: what real DVCs left is the same, and each change is named."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.data.dvc_verifying import verify_dvc
from samerun.errors import UnsafePath


def found(name: str) -> list[tuple[str, str]]:
    verified = verify_dvc(name)
    assert verified.same == (not verified.changes)
    return [(change.what, change.path) for change in verified.changes]


@pytest.mark.parametrize("name", ["train.csv.dvc", "images.dvc", "dvc.lock"])
def test_what_dvc_3_left_is_the_same(dvc_3: Path, name: str) -> None:
    assert found(name) == []


@pytest.mark.parametrize("name", ["dos.csv.dvc", "binary.dvc", "images.dvc", "code/dvc.lock"])
@pytest.mark.parametrize("with_cache", [True, False])
def test_what_dvc_2_left_is_the_same(dvc_2: Path, name: str, with_cache: bool) -> None:
    if not with_cache:
        shutil.rmtree(".dvc/cache")
    assert found(name) == []


def test_nothing_is_changed(dvc_3: Path) -> None:
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in dvc_3.rglob("*")}
    verify_dvc("dvc.lock")
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ctime_ns) for path in dvc_3.rglob("*")} == before


CHANGES: dict[str, tuple[str, Callable[[], object], list[tuple[str, str]]]] = {
    "a byte": (
        "train.csv.dvc",
        lambda: Path("train.csv").write_bytes(b"id,label\n1,cow\r\n"),
        [("changed", "train.csv")],
    ),
    "line ends": (
        "train.csv.dvc",
        lambda: Path("train.csv").write_bytes(b"id,label\n1,cat\n"),
        [("changed", "train.csv")],
    ),
    "gone": ("train.csv.dvc", lambda: os.unlink("train.csv"), [("removed", "train.csv")]),
    "a folder in its place": (
        "train.csv.dvc",
        lambda: (os.unlink("train.csv"), os.mkdir("train.csv")),
        [("changed", "train.csv")],
    ),
    "a pipe in its place": (
        "train.csv.dvc",
        lambda: (os.unlink("train.csv"), os.mkfifo("train.csv")),
        [("unread", "train.csv")],
    ),
    "in a folder": ("images.dvc", lambda: Path("images/a.txt").write_text("A\n"), [("changed", "images/a.txt")]),
    "more in a folder": ("images.dvc", lambda: Path("images/new").write_text("A\n"), [("added", "images/new")]),
    "less in a folder": ("images.dvc", lambda: os.unlink("images/empty"), [("removed", "images/empty")]),
    "another name": (
        "images.dvc",
        lambda: os.rename("images/a.txt", "images/z.txt"),
        [("renamed", "images/z.txt")],
    ),
    "an empty folder": ("images.dvc", lambda: os.mkdir("images/none"), []),
    "a file for a folder": (
        "images.dvc",
        lambda: (shutil.rmtree("images"), Path("images").touch()),
        [("changed", "images")],
    ),
    "an output of a stage": ("dvc.lock", lambda: Path("out.csv").write_text(""), [("changed", "out.csv")]),
    "an input of a stage": ("dvc.lock", lambda: Path("train.csv").write_text(""), [("changed", "train.csv")]),
    "a folder without a list": ("dvc.lock", lambda: Path("model/w.bin").write_text(""), [("changed", "model")]),
    "more without a list": ("dvc.lock", lambda: Path("model/more").write_text(""), [("changed", "model")]),
}


@pytest.mark.parametrize("case", CHANGES)
def test_changes(dvc_3: Path, case: str) -> None:
    name, act, expected = CHANGES[case]
    act()
    assert found(name) == expected


def test_line_ends_are_no_change_to_what_dvc_2_hashed(dvc_2: Path) -> None:
    Path("dos.csv").write_bytes(b"id,label\n1,cat\n")
    Path("images/a.txt").write_bytes(b"a\n")
    Path("binary").write_bytes(b"a\n\0b")
    assert [found(name) for name in ("dos.csv.dvc", "images.dvc", "binary.dvc")] == [[], [], [("changed", "binary")]]


def test_where_what_is_gone_can_be_had(dvc_3: Path) -> None:
    os.unlink("train.csv")
    (change,) = verify_dvc("train.csv.dvc").changes
    assert "dvc checkout" in change.detail
    shutil.rmtree(".dvc/cache")
    (change,) = verify_dvc("train.csv.dvc").changes
    assert "dvc pull" in change.detail


def test_without_the_list_it_is_said_why_no_file_is_named(dvc_3: Path) -> None:
    shutil.rmtree(".dvc/cache")
    assert found("images.dvc") == []
    Path("images/new").touch()
    (change,) = verify_dvc("images.dvc").changes
    assert change.detail.startswith("3 files became 4; the list of its files is not in DVC's cache")


def test_what_dvcignore_leaves_out_is_no_change(dvc_3: Path) -> None:
    Path(".dvcignore").write_text("*.tmp\n")
    Path("images/x.tmp").touch()
    assert found("images.dvc") == []


def test_a_link_into_a_cache_that_is_shared_is_read(dvc_3: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared/files/md5/e6/0235ad2dc5e35aa1e5258b5a0156ca"
    shared.parent.mkdir(parents=True)
    os.rename("train.csv", shared)
    os.symlink(shared, "train.csv")
    assert found("train.csv.dvc") == []
    shared.write_bytes(b"rotten")
    assert found("train.csv.dvc") == [("changed", "train.csv")]


def test_a_link_in_a_folder_into_a_cache_that_is_shared_is_read(dvc_3: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared/60/b725f10c9c85c70d97880dfe8191b3"
    shared.parent.mkdir(parents=True)
    os.rename("images/a.txt", shared)
    os.symlink(shared, "images/a.txt")
    assert found("images.dvc") == []


@pytest.mark.parametrize(("name", "path"), [("train.csv.dvc", "train.csv"), ("images.dvc", "images/a.txt")])
def test_a_link_that_leads_out_is_not_followed(dvc_3: Path, tmp_path: Path, name: str, path: str) -> None:
    os.rename(path, tmp_path / "outside")
    os.symlink(tmp_path / "outside", path)
    assert found(name) == [("unread", path)]
    assert "a link leads out" in verify_dvc(name).changes[0].detail


def test_a_folder_that_is_a_link_leading_out_is_not_followed(dvc_3: Path, tmp_path: Path) -> None:
    os.rename("images", tmp_path / "images")
    os.symlink(tmp_path / "images", "images")
    assert found("images.dvc") == [("unread", "images")]


def test_a_link_within_the_repository_is_followed(dvc_3: Path) -> None:
    os.rename("train.csv", "elsewhere.csv")
    os.symlink("elsewhere.csv", "train.csv")
    assert found("train.csv.dvc") == []


def test_an_output_that_climbs_is_refused_before_anything_is_read(dvc_3: Path) -> None:
    Path("x.dvc").write_text(f"outs:\n- {{path: train.csv, md5: {'0' * 32}}}\n- {{path: ../x, md5: {'0' * 32}}}\n")
    with pytest.raises(UnsafePath):
        verify_dvc("x.dvc")


def test_what_lies_elsewhere_does_not_count(dvc_3: Path) -> None:
    Path("x.dvc").write_text(
        "deps:\n- {path: 's3://b/k', etag: x}\n"
        "outs:\n- {path: train.csv, md5: e60235ad2dc5e35aa1e5258b5a0156ca, hash: md5}\n"
    )
    verified = verify_dvc("x.dvc")
    assert verified.same
    assert [one.place for one in verified.elsewhere] == ["s3://b/k"]


def test_progress_only_grows(dvc_3: Path) -> None:
    told: list[tuple[int, int]] = []
    verified = verify_dvc("images.dvc", progress=lambda files, count: told.append((files, count)))
    assert told == sorted(told)
    assert (verified.files, verified.bytes) == (3, 4)
