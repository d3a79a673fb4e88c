"""Archives of every kind: how they are known, what their members are called, and where reading stops."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs import members
from samerun.outputs.members import Compressed, Format, Member, Tar, Zip
from samerun.outputs.reading import Unreadable

COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}
BY_SUFFIX = pytest.mark.parametrize("suffix", COMPRESSORS)


def tar(entries: dict[str, bytes], *others: tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, content in entries.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in others:
            archive.addfile(info)
    return buffer.getvalue()


def special(name: str, kind: bytes, linkname: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, linkname
    return info


def zipped(entries: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def put(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """Write a file."""

    def write(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    return write


@BY_SUFFIX
@pytest.mark.parametrize(
    ("name", "member"), [("log.csv.{}", "content.csv"), ("log.{}", "content"), ("a.b.json.{}", "content.json")]
)
def test_a_compressed_file_has_one_member_with_its_inner_suffix(
    put: Callable[[str, bytes], Path], tmp_path: Path, suffix: str, name: str, member: str
) -> None:
    path = put(name.format(suffix), COMPRESSORS[suffix](b"one,two\n"))
    opened = Compressed().index(path)
    assert [(name, each.what, each.size) for name, each in opened.members.items()] == [(member, "file", 8)]
    opened.copy(member, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"one,two\n"


def test_a_content_has_one_hash_however_it_is_kept(put: Callable[[str, bytes], Path]) -> None:
    content = b"the same" * 1000
    found = [
        Compressed().index(put(f"x.{suffix}", do(content))).members["content"] for suffix, do in COMPRESSORS.items()
    ]
    found.append(Zip().index(put("x.zip", zipped({"content": content}))).members["content"])
    found.append(Tar().index(put("x.tar", tar({"content": content}))).members["content"])
    assert len({each.hash for each in found}) == 1
    assert all(each.is_same(found[0]) and each.is_file for each in found)


@pytest.mark.parametrize(
    ("name", "content", "formats"),
    [
        ("a.zip", zipped({"a": b"1"}), {"zip"}),
        ("empty.zip", zipped({}), {"zip"}),
        ("named.whl", zipped({"a": b"1"}), {"zip"}),
        ("a.tar", tar({"a": b"1"}), {"tar"}),
        ("no_suffix", tar({"a": b"1"}), {"tar"}),
        ("a.tar.gz", gzip.compress(tar({"a": b"1"})), {"tar", "compressed"}),
        ("A.TGZ", gzip.compress(tar({"a": b"1"})), {"tar", "compressed"}),
        ("a.csv.gz", gzip.compress(b"a,b"), {"compressed"}),
        ("a.tar", b"not a tar file at all", set()),
        ("a.zip", b"PK", set()),
        ("a.gz", b"", set()),
    ],
)
def test_formats_are_known_by_their_first_bytes_and_compressed_archives_by_name(
    name: str, content: bytes, formats: set[str]
) -> None:
    kinds: tuple[Format, ...] = (Zip(), Tar(), Compressed())
    assert {kind.kind for kind in kinds if kind.recognises(PurePosixPath(name), content[:512])} == formats


@BY_SUFFIX
def test_a_compressed_tar_is_read_through(put: Callable[[str, bytes], Path], tmp_path: Path, suffix: str) -> None:
    opened = Tar().index(put(f"x.tar.{suffix}", COMPRESSORS[suffix](tar({"d/a": b"one", "b": b""}))))
    assert {name: member.size for name, member in opened.members.items()} == {"d/a": 3, "b": 0}
    opened.copy("d/a", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"one"


@pytest.mark.parametrize(
    ("kind", "linkname", "what"),
    [
        (tarfile.SYMTYPE, "../../etc/passwd", "link to ../../etc/passwd"),
        (tarfile.LNKTYPE, "a", "link to a"),
        (tarfile.DIRTYPE, "", "folder"),
        (tarfile.CHRTYPE, "", "device"),
        (tarfile.BLKTYPE, "", "device"),
        (tarfile.FIFOTYPE, "", "device"),
    ],
)
def test_what_is_no_file_is_told(put: Callable[[str, bytes], Path], kind: bytes, linkname: str, what: str) -> None:
    member = Tar().index(put("x.tar", tar({"a": b"1"}, special("odd", kind, linkname)))).members["odd"]
    assert member == Member(what)
    assert not member.is_file


def test_links_that_lead_elsewhere_are_not_the_same() -> None:
    assert Member("link to a").is_same(Member("link to a"))
    assert not Member("link to a").is_same(Member("link to b"))
    assert not Member("file", "h", 1).is_same(Member("folder"))


def test_of_two_members_of_one_name_the_last_counts(put: Callable[[str, bytes], Path], tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a", b"last one")
    opened = Zip().index(put("x.zip", buffer.getvalue()))
    assert opened.members["a"].size == 8
    opened.copy("a", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"last one"


@pytest.mark.parametrize(
    ("limit", "value", "content", "sentence"),
    [
        ("MOST_MEMBERS", 2, {"a": b"1", "b": b"2", "c": b"3"}, "more than 2 members"),
        ("LARGEST_MEMBER", 1 << 20, {"a": bytes((1 << 20) + 1)}, "a member of more than 1 MB"),
        ("LARGEST_CONTENT", 1 << 20, {"a": bytes(600_000), "b": bytes(600_000)}, "more than 1 MB of content"),
    ],
)
def test_reading_stops_at_each_limit(
    put: Callable[[str, bytes], Path],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    value: int,
    content: dict[str, bytes],
    sentence: str,
) -> None:
    monkeypatch.setattr(members, limit, value)
    for kind, path in ((Zip(), put("x.zip", zipped(content))), (Tar(), put("x.tar", tar(content)))):
        with pytest.raises(Unreadable, match=sentence):
            kind.index(path)


def test_a_bomb_is_not_copied_either(
    put: Callable[[str, bytes], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = Compressed().index(put("x.gz", gzip.compress(bytes(3 << 20))))
    monkeypatch.setattr(members, "LARGEST_MEMBER", 1 << 20)
    with pytest.raises(Unreadable, match="a member of more than 1 MB"):
        opened.copy("content", tmp_path / "copy")
    assert (tmp_path / "copy").stat().st_size <= 1 << 20


@pytest.mark.parametrize("name", ["folder", "link", "gone"])
def test_only_files_are_copied(put: Callable[[str, bytes], Path], tmp_path: Path, name: str) -> None:
    content = tar({}, special("folder", tarfile.DIRTYPE), special("link", tarfile.SYMTYPE, "/etc/hostname"))
    opened = Tar().index(put("x.tar", content))
    with pytest.raises((Unreadable, KeyError)):
        opened.copy(name, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


def test_a_tar_that_is_none_says_so(put: Callable[[str, bytes], Path]) -> None:
    with pytest.raises(Unreadable):
        Tar().index(put("x.tar", b"ustar" * 200))


NAMES = st.text("abc/", min_size=1, max_size=6).filter(lambda name: not name.startswith("/") and not name.endswith("/"))


@settings(deadline=None, max_examples=40)
@given(entries=st.dictionaries(NAMES, st.binary(max_size=30), max_size=4))
def test_zip_and_tar_of_the_same_files_hold_the_same(
    tmp_path_factory: pytest.TempPathFactory, entries: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "same.zip").write_bytes(zipped(entries))
    (folder / "same.tar").write_bytes(tar(entries))
    one, two = Zip().index(folder / "same.zip"), Tar().index(folder / "same.tar")
    assert one.members == two.members
    assert {name: member.size for name, member in one.members.items()} == {n: len(c) for n, c in entries.items()}
