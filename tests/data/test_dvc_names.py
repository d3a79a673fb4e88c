"""DVC's files are known by their names, its repositories by their ``.dvc`` folder."""

from __future__ import annotations

from pathlib import Path

from samerun.data.dvc_names import is_dvc_file, repository_of


def test_which_files_are_dvcs(tmp_path: Path) -> None:
    (tmp_path / ".dvc").mkdir()
    for name in ("a.dvc", "dvc.lock", "data.lock"):
        (tmp_path / name).touch()
    assert [is_dvc_file(tmp_path / name) for name in ("a.dvc", "dvc.lock", "data.lock", ".dvc", "gone.dvc")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_a_repository_is_the_nearest_folder_with_a_folder_of_dvc(tmp_path: Path) -> None:
    (tmp_path / "a/b/c").mkdir(parents=True)
    (tmp_path / "a/.dvc").mkdir()
    (tmp_path / "a/b/.dvc").touch()
    assert repository_of(tmp_path / "a/b/c/x.dvc") == tmp_path / "a"
    assert repository_of(tmp_path / "x.dvc") == tmp_path
