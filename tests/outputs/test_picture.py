from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest

from samerun.outputs import picture, recognise
from samerun.outputs.comparing import Comparing

Image = pytest.importorskip("PIL.Image")
PngImagePlugin = pytest.importorskip("PIL.PngImagePlugin")
FORMATS = ["png", "jpg", "bmp", "gif", "webp"]


def square(level: int = 0) -> Any:
    pixels = np.zeros((20, 30, 3), np.uint8)
    pixels[3:5, 7:9, 1] = level
    return Image.fromarray(pixels)


@pytest.mark.parametrize("suffix", FORMATS)
def test_recognised(tmp_path: Path, suffix: str) -> None:
    square().save(tmp_path / f"a.{suffix}")
    assert recognise(f"a.{suffix}", (tmp_path / f"a.{suffix}").read_bytes()).kind == "picture"
    assert not picture.recognises(PurePosixPath(f"a.{suffix}"), b"text")


def test_notes_and_compression_do_not_count(tmp_path: Path, now: Comparing) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Software", "another writer")
    square().save(tmp_path / "a.png")
    square().save(tmp_path / "b.png", pnginfo=notes, compress_level=0)
    found = picture.compare(tmp_path / "a.png", tmp_path / "b.png", now)
    assert (found.label, found.verdict) == ("picture", "equivalent")
    assert found.detail == "Software: nothing -> another writer"


def test_a_plot_drawn_again(tmp_path: Path, now: Comparing) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    figures = pytest.importorskip("matplotlib.figure")
    for name, dpi in (("a", 40), ("b", 40), ("c", 50)):
        figure = figures.Figure()
        figure.subplots().plot([1, 2, 3])
        figure.savefig(tmp_path / f"{name}.png", dpi=dpi, metadata={"Creation Time": name})
    assert picture.compare(tmp_path / "a.png", tmp_path / "b.png", now).verdict == "equivalent"
    assert picture.compare(tmp_path / "a.png", tmp_path / "c.png", now).detail.startswith("size (256, 192)")


def test_pixels_are_counted_and_placed(tmp_path: Path, now: Comparing) -> None:
    square().save(tmp_path / "a.png")
    square(4).save(tmp_path / "b.png")
    found = picture.compare(tmp_path / "a.png", tmp_path / "b.png", now)
    assert found.detail == "4 of 600 pixels differ, a channel by at most 4, all within (7, 3) and (8, 4)"
    assert found.deviation is not None
    assert (found.deviation.count, found.deviation.total, found.deviation.max_abs) == (4, 600, 4)
    assert (
        picture.compare(tmp_path / "a.png", tmp_path / "b.png", Comparing(now.a, now.b, atol=4)).verdict
        == "within-tolerance"
    )


def test_mode_and_palette(tmp_path: Path, now: Comparing) -> None:
    square().save(tmp_path / "a.png")
    square().convert("L").save(tmp_path / "b.png")
    square(9).convert("P").save(tmp_path / "c.png")
    square(200).convert("P").save(tmp_path / "d.png")
    assert picture.compare(tmp_path / "a.png", tmp_path / "b.png", now).detail == "mode RGB -> L"
    assert picture.compare(tmp_path / "c.png", tmp_path / "d.png", now).verdict == "different"


def test_frames(tmp_path: Path, now: Comparing) -> None:
    frames = [Image.fromarray(np.full((9, 9), 20 * level, np.uint8)) for level in range(3)]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:], duration=100)
    frames[0].save(tmp_path / "b.gif", save_all=True, append_images=[frames[1], frames[0]], duration=100)
    frames[0].save(tmp_path / "c.gif", save_all=True, append_images=frames[1:], duration=200)
    assert picture.compare(tmp_path / "a.gif", tmp_path / "b.gif", now).children[0].label == "frame 2"
    assert "shown for another time" in picture.compare(tmp_path / "a.gif", tmp_path / "c.gif", now).detail


def test_a_bomb_is_not_decoded(tmp_path: Path, now: Comparing, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.new("1", (20_000, 20_000)).save(tmp_path / "a.png")
    Image.new("1", (10_001, 10_000)).save(tmp_path / "b.png")
    square().save(tmp_path / "c.png")
    for name in "ab":
        detail = picture.compare(tmp_path / "c.png", tmp_path / f"{name}.png", now).detail
        assert "the second file cannot be read as picture" in detail


@pytest.mark.parametrize("suffix", FORMATS)
def test_survives_damage(tmp_path: Path, survives: Callable[..., None], suffix: str) -> None:
    square(9).save(tmp_path / f"a.{suffix}")
    survives(picture, tmp_path / f"a.{suffix}")
