from __future__ import annotations

import threading
from pathlib import Path

import pytest

from samerun.state.checkpoint import swapping
from samerun.state.checkpoint.swapping import put_in_place, remove


@pytest.mark.parametrize("exchange", [True, False])
def test_a_file_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    if not exchange:
        monkeypatch.setattr(swapping, "_exchange", lambda a, b: False)
    new, path = tmp_path / "new", tmp_path / "path"
    for text in ("one", "two"):
        new.write_text(text)
        put_in_place(new, path)
        assert path.read_text() == text
        remove([new])
        assert not new.exists()


def test_a_folder_takes_the_place_of_another(tmp_path: Path) -> None:
    for name in ("new", "path"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    if not swapping._exchange(tmp_path / "new", tmp_path / "path"):
        pytest.skip("this file system cannot exchange names")
    assert (tmp_path / "path" / "new").exists()


def test_what_is_not_there_need_not_be_removed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    (tmp_path / "file").write_text("x")
    remove([tmp_path / "gone", tmp_path / "link", tmp_path / "file"])
    assert list(tmp_path.iterdir()) == []
    for thread in threading.enumerate():
        if thread.name == "samerun-remove":
            thread.join()
