from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from samerun.outputs import members, recognise
from samerun.outputs.comparing import Comparing
from samerun.record.difference import Difference

Held = Callable[..., Difference]
Content = dict[str, str | bytes]


def zipped(content: Content, compression: int = zipfile.ZIP_STORED, year: int = 2020) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name, (year, 1, 1, 0, 0, 0)), data, compression)
    return file.getvalue()


def tarred(content: Content, mode: str = "w", time: int = 0) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in content.items():
            info = tarfile.TarInfo(name)
            raw = data if isinstance(data, bytes) else data.encode()
            info.size, info.mtime = len(raw), time
            archive.addfile(info, io.BytesIO(raw))
    return file.getvalue()


A: Content = {"m.json": '{"acc": 1}', "d/log.txt": "loss 1\n"}
B: Content = {"d/log.txt": "loss 2\n", "m.json": '{"acc":  1}'}


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("x.zip", zipped(A), "zip"),
        ("x.whl", zipped({}), "zip"),
        ("x.tar", tarred(A), "tar"),
        ("x.tar.gz", tarred(A, "w:gz"), "tar"),
        ("x.tgz", tarred(A, "w:gz"), "tar"),
        ("x.txt.gz", gzip.compress(b"x"), "compressed"),
        ("x.zip", b"PK\x03", "binary"),
        ("x.tar", b"\x00", "binary"),
    ],
)
def test_recognised_and_not_its_neighbours(name: str, head: bytes, kind: str) -> None:
    assert recognise(name, head).kind == kind


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("x.zip", zipped(A), zipped(dict(reversed(A.items())), zipfile.ZIP_DEFLATED, 2021)),
        ("x.tar", tarred(A), tarred(dict(reversed(A.items())), time=5)),
        ("x.tar.gz", tarred(A, "w:gz"), tarred(A, "w:gz", time=5)),
        ("x.csv.gz", gzip.compress(b"a,b\n", mtime=1), gzip.compress(b"a,b\n", 1, mtime=2)),
    ],
)
def test_rewritten_it_is_equivalent(held: Held, comparing: Comparing, name: str, a: bytes, b: bytes) -> None:
    found = held(name, a, b, comparing)
    assert (found.verdict, found.children) == ("equivalent", ())


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [("x.zip", zipped(A), zipped(B)), ("x.tar", tarred(A), tarred(B)), ("x.tar.gz", tarred(A, "w:gz"), tarred(B))],
)
def test_its_twin_is_compared_member_by_member(held: Held, comparing: Comparing, name: str, a: bytes, b: bytes) -> None:
    found = held(name, a, b, comparing)
    assert found.detail == "d/log.txt: 1 of 1 line differs; first: line 1: loss 1 -> 2 (+100 %)"
    assert [(child.label, child.verdict) for child in found.children] == [
        ("m.json", "equivalent"),
        ("d/log.txt", "different"),
    ]


def test_members_that_one_side_lacks(held: Held, comparing: Comparing) -> None:
    found = held("x.zip", zipped({"a": "1", "b": "2"}), zipped({"b": "2", "c": "3"}), comparing)
    assert [(child.label, child.detail) for child in found.children] == [
        ("a", "only in the first"),
        ("c", "only in the second"),
    ]


def test_members_are_paired_but_for_times_in_their_names(held: Held, comparing: Comparing) -> None:
    a, b = zipped({"20240610_061330/m.json": "[1]"}), zipped({"20240611_100030/m.json": "[1]"})
    found = held("x.zip", a, b, comparing)
    assert found.verdict == "equivalent"
    assert found.ignored()
    worse = held("x.zip", a, zipped({"20240611_100030/m.json": "[2]"}), comparing)
    assert worse.detail.startswith("20240610_061330/m.json: [0]: 1 -> 2")


def test_a_compressed_file_is_compared_as_what_it_holds(held: Held, comparing: Comparing) -> None:
    found = held("x.csv.gz", gzip.compress(b"a,b\n1,2\n"), gzip.compress(b"a,b\n1,3\n"), comparing)
    assert found.detail.startswith("content.csv: column b: 1 of 1 value differs")


def test_archives_in_archives_down_to_a_limit(held: Held, comparing: Comparing) -> None:
    a, b = zipped({"m.json": "[1]"}), zipped({"m.json": "[2]"})
    assert held("x.zip", zipped({"i.zip": a}), zipped({"i.zip": b}), comparing).detail == (
        "i.zip: m.json: [0]: 1 -> 2 (+100 %)"
    )
    for _ in range(4):
        a, b = zipped({"i.zip": a}), zipped({"i.zip": b})
    assert "first difference at byte" in held("x.zip", a, b, comparing).detail


def test_links_and_hostile_names_touch_nothing(held: Held, comparing: Comparing, tmp_path: Path) -> None:
    def evil(text: str) -> bytes:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w") as archive:
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, f"/etc/{text}"
            archive.addfile(link)
            info = tarfile.TarInfo(f"../../{tmp_path.name}-escaped.txt")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
        return file.getvalue()

    found = held("x.tar", evil("aaa"), evil("bbb"), comparing)
    assert [child.detail for child in found.children] == [
        "link to /etc/aaa -> link to /etc/bbb",
        "1 of 1 line differs; first: line 1: word aaa -> bbb",
    ]
    assert not list(tmp_path.parent.glob("*-escaped.txt"))


@pytest.mark.parametrize(("limit", "value"), [("LARGEST_MEMBER", 5), ("LARGEST_CONTENT", 5), ("MOST_MEMBERS", 1)])
def test_bombs_are_not_unpacked(
    held: Held, comparing: Comparing, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(members, limit, value)
    found = held("x.zip", zipped(A, zipfile.ZIP_DEFLATED), zipped(B), comparing)
    assert "more than" in found.detail
    assert "by bytes" in found.detail


@pytest.mark.parametrize("name", ["x.zip", "x.tar", "x.tar.gz", "x.txt.gz"])
def test_cut_or_flipped_it_never_raises(held: Held, comparing: Comparing, name: str) -> None:
    make = {"x.zip": zipped, "x.tar": tarred, "x.tar.gz": lambda c: tarred(c, "w:gz")}
    whole = make[name](A) if name in make else gzip.compress(b"loss 1\n" * 50)
    for place in range(3, len(whole), max(1, len(whole) // 25)):
        for broken in (whole[:place], whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]):
            assert held(name, whole, broken, comparing).verdict in ("different", "equivalent")
