"""Caches: what only saves time."""

from __future__ import annotations

import pytest

from samerun.factors.caches import CACHES, is_by_product, is_cached, is_settings, is_temporary


@pytest.mark.parametrize("path", ["a/__pycache__/b.pyc", "/home/me/.cache/torch/x.bin", "a.nbi", ".git/HEAD", "a.py~"])
def test_it_saves_time(path: str) -> None:
    assert is_cached(path)


@pytest.mark.parametrize("path", ["cache/a.bin", "a.cache", "data/.gitignore", "x.swap", "data.csv"])
def test_it_may_matter(path: str) -> None:
    assert not is_cached(path)


@pytest.mark.parametrize("folder", sorted(CACHES))
def test_a_folder_that_saves_time_does_so_wherever_it_lies(folder: str) -> None:
    assert is_cached(f"{folder}/x")
    assert is_cached(f"/home/me/{folder}/deep/x.bin")
    assert not is_cached(f"x{folder}x/x.bin")


@pytest.mark.parametrize(
    "path",
    [
        *("/tmp/tmpab12_xyz", "/tmp/tmpab12_xyz/model.pt", "/var/tmp/tmp00000000/a", "/dev/shm/torch_77_1"),
        *("/tmp/pymp-x1/listener", "/tmp/torchinductor_me/fx/a.py", "/tmp/joblib_memmapping_folder/a.pkl"),
        *("/dev/shm/loky-1-abc", "/tmp/ray/session/x", "/tmp/.X11-unix/X0", "/tmp/hsperfdata_me/1"),
        "/tmp/torchelastic_ab/out.log",
    ],
)
def test_names_that_are_drawn_for_one_process(path: str) -> None:
    assert is_temporary(path)
    assert is_by_product(path)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/tmp/data.csv",
            "/tmp/tmp/a",
            "/tmp/tmpAB12wxyz",
            "/tmp/results/tmpab12_xyz",
            "tmp/tmpab12_xyz",
            "/tmp/rays",
        ),
        *("/home/me/tmp/tmpab12_xyz", "/tmp/temporary.csv", "/data/dev/shm/torch_1"),
    ],
)
def test_a_file_that_somebody_put_into_the_temporary_folder_may_matter(path: str) -> None:
    assert not is_temporary(path)
    assert not is_by_product(path)


@pytest.mark.parametrize(
    ("path", "is_it"),
    [
        ("/home/me/.config/wandb/settings", True),
        ("/home/me/.keras/keras.json", True),
        ("/home/me/.netrc", False),  # a hidden file is no hidden folder
        (".config/wandb/settings", False),  # in the project itself
        ("/data/v1.2/x.csv", False),
        ("/", False),
    ],
)
def test_settings_lie_in_a_hidden_folder_outside_of_the_project(path: str, is_it: bool) -> None:
    assert is_settings(path) is is_it
    assert is_by_product(path) is is_it


def test_an_output_in_the_project_is_no_by_product() -> None:
    assert not is_by_product("out/model.pt")
    assert is_by_product("out/__pycache__/model.pyc")
