"""Pictures: compared pixel by pixel and frame by frame; what is written beside the pixels does not count."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from samerun.outputs.comparing import Comparing
from samerun.outputs.late import Late
from samerun.outputs.reading import Unreadable, compare_content, gather_parts
from samerun.outputs.showing import clean, count
from samerun.record.difference import Deviation, Difference, identical

if TYPE_CHECKING:
    import numpy as np
else:
    np = Late("numpy")  # the table of types is read by commands that compare no array

Image: Any = Late("PIL.Image")  # an optional part

kind = "picture"
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP")
"""The formats that are read; Pillow knows more, some of which run other programs."""

MAX_PIXELS = 100_000_000
"""How many pixels one frame may have."""

MAX_FRAMES = 1000
"""How many frames are compared."""

_MAGICS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


class _Picture(Struct, frozen=True, eq=False):
    path: Path
    size: tuple[int, int]
    mode: str
    frames: int
    notes: dict[str, str]


def recognises(path: PurePosixPath, head: bytes) -> bool:
    """A picture tells by its first bytes."""
    if head.startswith(_MAGICS):
        return True
    if head.startswith(b"RIFF"):
        return head[8:12] == b"WEBP"
    return head.startswith(b"BM") and path.suffix.lower() in (".bmp", ".dib")


def compare(a: Path, b: Path, comparing: Comparing) -> Difference:
    """Compare two pictures: how many pixels differ, by how much, and where."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged files; the limits here are stricter than those Pillow warns of
        return compare_content(kind, a, b, _read, lambda one, two: _compare_safely(one, two, comparing))


def _compare_safely(a: _Picture, b: _Picture, comparing: Comparing) -> Difference:
    try:
        return _compare(a, b, comparing)
    except Image.DecompressionBombError as error:  # a frame may be larger than the picture
        raise Unreadable(str(error)) from error


def _open(path: Path) -> Any:
    """Open a picture without decoding it; one that would fill the memory is refused."""
    try:
        picture = Image.open(path, formats=FORMATS)
    except Image.DecompressionBombError as error:  # an error of no kind of Python's
        raise Unreadable(str(error)) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise Unreadable(f"{picture.width} x {picture.height} pixels are more than {MAX_PIXELS:,}")
    return picture


def _read(path: Path) -> _Picture:
    with _open(path) as picture:
        frames = int(getattr(picture, "n_frames", 1))
        if frames > MAX_FRAMES:
            raise Unreadable(f"{frames:,} frames are more than {MAX_FRAMES:,}")
        notes = {str(key): clean(str(value)) for key, value in picture.info.items() if key != "duration"}
        return _Picture(path, picture.size, str(picture.mode), frames, notes)


def _compare(a: _Picture, b: _Picture, comparing: Comparing) -> Difference:
    for what in ("size", "mode", "frames"):
        one, two = getattr(a, what), getattr(b, what)
        if one != two:
            return Difference(kind, "different", f"{what} {one} -> {two}", str(one), str(two))
    children = list(_compare_frames(a, b, comparing))
    if any(child.verdict != "identical" for child in children):
        return children[0] if len(children) == 1 else gather_parts(kind, children, "frame")
    return gather_parts(kind, _compare_notes(a.notes, b.notes), "note")


def _compare_frames(a: _Picture, b: _Picture, comparing: Comparing) -> Iterator[Difference]:
    with _open(a.path) as one, _open(b.path) as two:
        for index in range(a.frames):
            label = kind if a.frames == 1 else f"frame {index}"
            if a.frames > 1:
                one.seek(index)
                two.seek(index)
            x, y = _pixels(one), _pixels(two)
            yield _compare_pixels(label, x, y, comparing)
            if one.info.get("duration") != two.info.get("duration"):
                yield Difference(f"{label}, duration", "different", "shown for another time")


def _pixels(picture: Any) -> np.ndarray[Any, Any]:
    """Return the channels of each pixel; colours out of a palette as the colours that they are."""
    flat = picture.convert("RGBA") if picture.mode == "P" else picture
    pixels = np.asarray(flat)
    return pixels.reshape(*pixels.shape[:2], -1)


def _compare_pixels(label: str, x: np.ndarray[Any, Any], y: np.ndarray[Any, Any], comparing: Comparing) -> Difference:
    if np.array_equal(x, y):
        return identical(label)
    one, two = x.astype(np.float64), y.astype(np.float64)
    gaps = np.abs(one - two)
    rows, columns = np.nonzero(gaps.any(axis=2))
    largest = np.maximum(np.abs(one), np.abs(two))
    near = bool((gaps <= comparing.atol + comparing.rtol * largest).all())
    relative = float((gaps[largest > 0] / largest[largest > 0]).max(initial=0.0))
    top = np.unravel_index(int(gaps.argmax()), gaps.shape)
    total = x.shape[0] * x.shape[1]
    deviation = Deviation(float(gaps.max()), relative, None, f"[{top[1]}, {top[0]}]", len(rows), total)
    return Difference(
        label,
        "within-tolerance" if near else "different",
        f"{len(rows):,} of {count(total, 'pixel')} {'differs' if len(rows) == 1 else 'differ'}, a channel by at most "
        f"{gaps.max():g}, all within ({columns.min()}, {rows.min()}) and ({columns.max()}, {rows.max()})",
        deviation=deviation,
    )


def _compare_notes(a: dict[str, str], b: dict[str, str]) -> Iterator[Difference]:
    """Yield what differs beside the pixels: the writer's name, the time, the resolution."""
    for name in sorted(a.keys() | b.keys()):
        if a.get(name) != b.get(name):
            one, two = a.get(name, "nothing"), b.get(name, "nothing")
            yield Difference(clean(name), "equivalent", f"{one} -> {two}", one, two)
