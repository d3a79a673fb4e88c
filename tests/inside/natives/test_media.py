"""Pictures and sound."""

from __future__ import annotations

from collections.abc import Callable


def test_opencv(tell: Callable[..., dict[str, list[str]]]) -> None:
    text = """
def imread(filename, flags=1): return filename
def imwrite(filename, img, params=None): return True
class VideoCapture:
    def __init__(self, filename, api=0): self.filename = filename
"""
    program = """
import cv2
cv2.imread("a.png"); cv2.imread(filename="b.png", flags=0); cv2.imwrite("c.png", None)
v = cv2.VideoCapture("film.mp4"); assert isinstance(v, cv2.VideoCapture); cv2.VideoCapture(0)
"""
    told = tell(program, {"cv2": text}, ("a.png", "b.png", "film.mp4"))
    assert told == {"read": ["a.png", "b.png", "film.mp4"], "written": ["c.png truncate"]}


def test_soundfile(tell: Callable[..., dict[str, list[str]]]) -> None:
    text = "class SoundFile:\n    def __init__(self, file, mode='r', samplerate=None): self.mode = mode\n"
    program = """
import soundfile as s
s.SoundFile("a.wav"); s.SoundFile("b.wav", "w"); s.SoundFile("a.wav", mode="r+"); s.SoundFile(open("a.wav", "rb"), None)
"""
    told = tell(program, {"soundfile": text}, ("a.wav",))
    assert told == {"read": ["a.wav"], "written": ["b.wav truncate", "a.wav update"]}


def test_av(tell: Callable[..., dict[str, list[str]]]) -> None:
    fakes = {"av.container.core": "def open(file, mode=None, **kwargs): pass\n"}
    program = "from av.container.core import open as o\no('a.mp4'); o('b.mp4', 'w'); o(file='c.mp4', mode='r')"
    told = tell(program, fakes, ("a.mp4", "c.mp4"))
    assert told == {"read": ["a.mp4", "c.mp4"], "written": ["b.mp4 truncate"]}
