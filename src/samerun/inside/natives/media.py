"""Pictures, films and sound that are decoded in C: OpenCV, soundfile, PyAV."""

from __future__ import annotations

from .hooks import READ, TRUNCATE, UPDATE, Call, Hook

TYPE_CHECKING = False  # typing is slow to import, and most programs do not
if TYPE_CHECKING:
    from typing import Any, Iterable


def _sound(call: Call) -> Iterable[tuple[Any, str]]:
    path, mode = call.value(1, "file"), str(call.value(2, "mode", "r") or "r")
    if "r" in mode:
        yield path, READ
    if mode != "r":
        yield path, UPDATE if "r" in mode else TRUNCATE


def _container(call: Call) -> Iterable[tuple[Any, str]]:
    writes = "w" in str(call.value(1, "mode", None) or "r")
    return [(call.value(0, "file"), TRUNCATE if writes else READ)]


HOOKS: dict[str, tuple[Hook, ...]] = {
    "cv2": (
        Hook("imread", READ, 0, "filename"),
        Hook("imreadmulti", READ, 0, "filename"),
        Hook("imwrite", TRUNCATE, 0, "filename"),
        Hook("imwritemulti", TRUNCATE, 0, "filename"),
        Hook("VideoCapture", READ, 0, "filename"),
        Hook("VideoWriter", TRUNCATE, 0, "filename"),
    ),
    "soundfile": (Hook("SoundFile.__init__", _sound),),
    "av.container.core": (Hook("open", _container),),
}
