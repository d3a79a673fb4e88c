"""What DVC's files say is read exactly; what leads elsewhere or is no hash is refused before any file is touched."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data.dvc_files import DvcFile, checked_list, read_dvc_file
from samerun.errors import BadLock, UnsafePath

MD5 = "e60235ad2dc5e35aa1e5258b5a0156ca"


def written(folder: Path, text: str, name: str = "x.dvc") -> DvcFile:
    place = folder / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    return read_dvc_file(place)


def test_a_file_of_dvc_3(dvc_3: Path) -> None:
    (item,) = read_dvc_file("train.csv.dvc").items
    assert (item.path, item.md5, item.folder, item.legacy, item.size, item.role) == (
        "train.csv",
        MD5,
        False,
        False,
        16,
        "out",
    )
    (folder,) = read_dvc_file("images.dvc").items
    assert (folder.folder, folder.files, folder.md5) == (True, 3, "40114074accdf21b57a1156dcaea1730")


def test_a_lock_names_outputs_and_dependencies_of_its_stages(dvc_3: Path) -> None:
    items = read_dvc_file("dvc.lock").items
    assert [(item.role, item.path) for item in items] == [
        ("out", "metrics.json"),
        ("out", "model"),
        ("out", "out.csv"),
        ("dep", "train.csv"),
    ]
    assert {item.stage for item in items} == {"gen"}


def test_without_the_key_hash_text_was_hashed_by_its_lines(dvc_2: Path) -> None:
    assert all(item.legacy for name in ("dos.csv.dvc", "images.dvc") for item in read_dvc_file(name).items)


def test_the_folder_of_a_stage_stands_in_the_pipeline_file(dvc_2: Path) -> None:
    assert [item.path for item in read_dvc_file("code/dvc.lock").items] == ["code/out/copy.csv", "dos.csv"]


def test_the_folder_of_a_stage_that_is_repeated(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "dvc.yaml").write_text("stages:\n  s:\n    foreach: [a]\n    do:\n      wdir: sub\n      cmd: x\n")
    text = f"schema: '2.0'\nstages:\n  s@a:\n    cmd: x\n    outs:\n    - {{path: o, md5: {MD5}}}\n"
    assert written(tmp_path, text, "dvc.lock").items[0].path == "sub/o"


def test_a_lock_of_dvc_1_has_its_stages_at_the_top(tmp_path: Path) -> None:
    found = written(tmp_path, f"s:\n  cmd: x\n  outs:\n  - path: o\n    md5: {MD5}\n", "dvc.lock")
    assert [(item.path, item.stage, item.legacy) for item in found.items] == [("o", "s", True)]


def test_paths_start_from_the_file_and_its_wdir_and_the_root_is_the_repository(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    found = written(tmp_path, f"wdir: ..\nouts:\n- md5: {MD5}\n  path: a\n", "x/y/z.dvc")
    assert (found.root, found.items[0].path) == (str(tmp_path), "x/a")


@pytest.mark.parametrize("path", ["/etc/passwd", "../../x", "a/../../../x", "..", "a\\b"])
def test_an_output_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    (tmp_path / ".dvc").mkdir()
    with pytest.raises(UnsafePath, match="does not lie in the repository"):
        written(tmp_path, f"outs:\n- md5: {MD5}\n  path: '{path}'\n", "sub/x.dvc")


def test_a_folder_of_its_own_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsafePath):
        written(tmp_path, f"wdir: ../..\nouts:\n- md5: {MD5}\n  path: a\n")


def test_what_lies_elsewhere_is_named_without_secrets(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    text = f"""outs:
- {{md5: {MD5}, path: a}}
- {{md5: {MD5}, path: 's3://bucket/b'}}
deps:
- {{path: /data/x, md5: {MD5}}}
- {{path: ../x, md5: {MD5}}}
- {{path: 'https://me:hunter22@host/x?sig=abcdef0123456789', etag: '1'}}
- {{path: data, repo: {{url: 'https://me:hunter22@host/repo', rev_lock: {"a" * 40}}}}}
"""
    found = written(tmp_path, text)
    assert [item.path for item in found.items] == ["a"]
    said = [f"{one.place} {one.why}" for one in found.elsewhere]
    assert len(said) == 5
    assert "hunter22" not in str(said)
    assert "abcdef0123456789" not in str(said)
    assert f"at {'a' * 40}" in said[-1]


def test_a_stage_whose_folder_is_a_template_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text("stages:\n  s:\n    wdir: ${d}\n    cmd: x\n")
    found = written(
        tmp_path, f"schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs: [{{path: o, md5: {MD5}}}]\n", "dvc.lock"
    )
    assert "template" in found.elsewhere[0].why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("outs: [", "YAML"),
        ("- 1", "no keys"),
        ("x: 1", "no `outs`"),
        ("outs: 3", "no `outs`"),
        ("outs: [3]", "no list of entries"),
        ("outs: [{md5: 3}]", "no path"),
        ("outs: [{path: 3}]", "no path"),
        ("outs: [{path: a, md5: xyz}]", "is none"),
        ("outs: [{path: a, md5: ../../../etc/passwd}]", "is none"),
        (f"outs: [{{path: a, md5: {MD5}}}, {{path: ./a, md5: {MD5[::-1]}}}]", "twice"),
        ("outs: [{path: a, files: [{relpath: ../b, md5: " + MD5 + "}]}]", "leads elsewhere"),
        ("!!python/object/apply:os.system [exit]", "no `outs`"),
        ("a: &a [*a]", "holds itself"),
    ],
)
def test_what_is_no_file_of_dvc_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadLock, match=said):
        written(tmp_path, text)


@pytest.mark.parametrize("text", ["schema: '3.0'\nstages: {}", "schema: '2.0'\nstages: [1]", "s: 1"])
def test_what_is_no_lock_of_dvc_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadLock):
        written(tmp_path, text, "dvc.lock")


def test_a_file_that_is_gone_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadLock, match="cannot be read"):
        read_dvc_file(tmp_path / "x.dvc")


def test_an_output_that_was_never_hashed_and_one_hashed_otherwise(tmp_path: Path) -> None:
    found = written(tmp_path, f"outs:\n- path: a\n- {{path: b, md5: {MD5}, hash: sha1}}\n")
    assert ["no MD5" in found.items[0].why, "sha1" in found.items[1].why] == [True, True]


def test_a_list_in_the_file_itself(tmp_path: Path) -> None:
    text = f"outs:\n- path: d\n  files:\n  - {{relpath: x/y, md5: {MD5}, size: 3}}\n"
    (item,) = written(tmp_path, text).items
    assert (item.listed, item.folder, item.why) == ((("x/y", MD5),), True, "")


@pytest.mark.parametrize("path", ["/a", "../a", "a/../b", "a//b", "a/", ".", "", "a\0b", 3, None])
def test_a_listed_path_that_leads_elsewhere(path: object) -> None:
    with pytest.raises(ValueError, match="leads elsewhere"):
        checked_list([{"relpath": path, "md5": MD5}])


@pytest.mark.parametrize("entries", [{}, [{"relpath": "a", "md5": MD5}] * 2, [{"relpath": "a", "md5": MD5 + ".dir"}]])
def test_a_list_that_is_none(entries: object) -> None:
    with pytest.raises(ValueError, match=r"list|twice|none"):
        checked_list(entries)


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_with_a_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    place = tmp_path_factory.getbasetemp() / "any.dvc"
    place.write_text(text, "utf-8", errors="surrogatepass")
    with suppress(BadLock, UnsafePath):
        assert read_dvc_file(place).root


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "data.dvc")
    with pytest.raises(BadLock, match="is no file"):
        read_dvc_file(tmp_path / "data.dvc")
