"""Remote files are locked and verified: by what servers say, by bytes when asked, never with a credential."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from samerun.data.remote_locking import lock_remote, verify_remote
from samerun.errors import BadOption, MissingData

fsspec = pytest.importorskip("fsspec")
DAY = "Mon, 05 Jan 2026 00:00:00 GMT"
NEXT_DAY = "Tue, 06 Jan 2026 00:00:00 GMT"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def bucket() -> Iterator[Any]:
    """A bucket in memory."""
    fs = fsspec.filesystem("memory")
    fs.store.clear()
    fs.pipe({"/b/data/a": b"one", "/b/data/x/b": b"two!"})
    yield fs
    fs.store.clear()


def found(read: bool = False, **settings: Any) -> list[tuple[str, str]]:
    verified = verify_remote("r.lock", read=read, **settings)
    assert verified.same == (not verified.changes)
    return [(change.what, change.path.rpartition("/")[2]) for change in verified.changes]


def test_a_file_that_is_still_the_same_is_not_sent(web: Any) -> None:
    made = lock_remote(web.put("/a", b"abc", ETag='"1"'), "r.lock")
    assert (made.bytes, made.read, found()) == (3, False, [])
    assert {method for method, _, _ in web.asked} == {"HEAD"}


Put = dict[str, Any]
SAID: dict[str, tuple[Put, Put, list[tuple[str, str]]]] = {
    "another etag": ({"ETag": '"1"'}, {"ETag": '"2"'}, [("changed", "a")]),
    "the same etag, another time": (
        {"ETag": '"1"', "Last_Modified": DAY},
        {"ETag": '"1"', "Last_Modified": NEXT_DAY},
        [],
    ),
    "another size": ({"ETag": '"1"'}, {"ETag": '"1"', "content": b"abcd"}, [("changed", "a")]),
    "another time": ({"Last_Modified": DAY}, {"Last_Modified": NEXT_DAY}, [("changed", "a")]),
    "the same time": ({"Last_Modified": DAY}, {"Last_Modified": DAY}, []),
    "an etag that came": ({"Last_Modified": DAY}, {"Last_Modified": DAY, "ETag": '"1"'}, []),
    "nothing said": ({}, {}, [("unread", "a")]),
    "nothing said any more": ({"ETag": '"1"'}, {"Last_Modified": DAY}, [("unread", "a")]),
    "no size any more": ({"ETag": '"1"'}, {"ETag": '"1"', "length": None}, []),
    "gone": ({"ETag": '"1"'}, {"status": 404}, [("removed", "a")]),
}


@pytest.mark.parametrize("case", SAID)
def test_by_what_the_server_says(web: Any, case: str) -> None:
    before, after, expected = SAID[case]
    lock_remote(web.put("/a", **{"content": b"abc", **before}), "r.lock")
    web.put("/a", **{"content": b"abc", **after})
    assert found() == expected


def test_bytes_decide_over_words(web: Any) -> None:
    lock_remote(web.put("/a", b"abc", ETag='"1"'), "r.lock", read=True)
    web.put("/a", b"abc", ETag='"2"')
    assert (found(), found(read=True)) == ([("changed", "a")], [])
    web.put("/a", b"abd", ETag='"1"')
    assert (found(), found(read=True)) == ([], [("changed", "a")])
    (change,) = verify_remote("r.lock", read=True).changes
    assert "although the server says" in change.detail


def test_a_server_that_says_nothing_is_verified_by_bytes(web: Any) -> None:
    lock_remote(web.put("/a", b"abc", length=None), "r.lock", read=True)
    assert (found(), found(read=True)) == ([("unread", "a")], [])


def test_bytes_are_not_compared_with_what_was_never_read(web: Any) -> None:
    lock_remote(web.put("/a", b"abc"), "r.lock")
    with pytest.raises(BadOption, match="no hashes"):
        found(read=True)


def sizes_that_lie(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "5" if request.command == "HEAD" else "3")
    request.end_headers()
    request.wfile.write(b"abc" if request.command == "GET" else b"")


def always_another() -> Callable[[BaseHTTPRequestHandler], None]:
    count = [0]

    def page(request: BaseHTTPRequestHandler) -> None:
        count[0] += 1
        request.send_response(200)
        request.send_header("ETag", f'"{count[0]}"')
        request.send_header("Content-Length", "3")
        request.end_headers()
        request.wfile.write(b"abc" if request.command == "GET" else b"")

    return page


@pytest.mark.parametrize(
    ("page", "said"),
    [(sizes_that_lie, "says that it has 5 bytes and sends 3"), (always_another(), "keeps changing while it is read")],
)
def test_no_lock_is_made_of_what_cannot_be_held_to(web: Any, page: Any, said: str) -> None:
    web.pages["/a"] = page
    with pytest.raises(MissingData, match=said):
        lock_remote(web.at + "/a", "r.lock", read=True)
    assert not Path("r.lock").exists()


def test_a_file_that_changed_once_while_it_was_read_is_read_again(web: Any) -> None:
    web.put("/a", b"abc", ETag='"1"')
    old = web.pages["/a"]

    def page(request: BaseHTTPRequestHandler) -> None:
        old(request)
        if request.command == "GET":
            web.put("/a", b"defg", ETag='"2"')

    web.pages["/a"] = page
    (entry,) = lock_remote(web.at + "/a", read=True).entries
    assert (entry.size, entry.etag) == (4, "2")


def test_a_server_that_refuses_is_no_difference(web: Any) -> None:
    lock_remote(web.put("/a", b"abc", ETag='"1"'), "r.lock")
    web.put("/a", b"", status=403)
    with pytest.raises(MissingData, match="refuses"):
        found()


def test_no_credential_is_ever_written_down(web: Any) -> None:
    url = web.put("/a", b"abc", ETag='"1"').replace("://", "://me:hunter22@") + "?X-Amz-Signature=5igned"
    made = lock_remote(url, "r.lock", read=True)
    text = Path("r.lock").read_text()
    assert "hunter22" not in text + repr(made)
    assert "5igned" not in text + repr(made)
    assert all(headers["Authorization"] and "5igned" in path for _, path, headers in web.asked)
    web.asked.clear()
    assert found(root=url.replace("5igned", "an0ther"), read=True) == []
    assert all(headers["Authorization"] and "an0ther" in path for _, path, headers in web.asked)


def test_several_addresses(web: Any) -> None:
    urls = [web.put("/b", b"b", ETag="b"), web.put("/a", b"a", ETag="a")]
    lock_remote(urls, "r.lock", read=True)
    web.put("/a", b"A", ETag="a")
    assert (found(), found(read=True)) == ([], [("changed", "a")])
    with pytest.raises(BadOption, match="several addresses"):
        found(root=web.at)


def test_a_folder_of_a_bucket(bucket: Any) -> None:
    made = lock_remote("memory:///b/data/", "r.lock", read=True)
    assert ([entry.url for entry in made.entries], made.bytes) == (["memory:///b/data/a", "memory:///b/data/x/b"], 7)
    assert (found(), found(read=True)) == ([], [])
    bucket.pipe({"/b/data/a": b"ONE", "/b/data/new": b"x"})
    bucket.rm("/b/data/x/b")
    assert found(read=True) == [("changed", "a"), ("removed", "b"), ("added", "new")]
    assert found() == [("changed", "a"), ("removed", "b"), ("added", "new")]


def test_a_copy_of_a_bucket_elsewhere(bucket: Any) -> None:
    lock_remote("memory:///b/data", "r.lock", read=True)
    bucket.pipe({"/copy/of/a": b"one", "/copy/of/x/b": b"two!"})
    assert found(read=True, root="memory:///copy/of/") == []


def test_an_empty_bucket(bucket: Any) -> None:
    lock_remote("memory:///b/data", "r.lock")
    bucket.rm("/b", recursive=True)
    assert found() == [("removed", "a"), ("removed", "b")]
    with pytest.raises(MissingData, match="nothing there"):
        lock_remote("memory:///b/data")


def test_progress_grows_to_all(bucket: Any) -> None:
    told: list[tuple[int, int]] = []
    lock_remote("memory:///b/data", read=True, progress=lambda files, count: told.append((files, count)))
    assert max(told) == (2, 7)


def test_a_lock_is_only_put_in_place_of_one(web: Any) -> None:
    url = web.put("/a", b"abc", ETag="1")
    lock_remote(url, "r.lock")
    lock_remote(url, "r.lock")
    Path("mine.txt").write_text("mine")
    with pytest.raises(BadOption, match="left as it is"):
        lock_remote(url, "mine.txt")
    assert Path("mine.txt").read_text() == "mine"


def test_nothing_to_lock() -> None:
    with pytest.raises(BadOption, match="nothing to lock"):
        lock_remote([])
