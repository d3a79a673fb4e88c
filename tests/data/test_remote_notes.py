"""What a lock of remote files cannot hold is said."""

from __future__ import annotations

from samerun.data.remote_files import RemoteEntry
from samerun.data.remote_lock import remote_lock_of
from samerun.data.remote_notes import remote_notes


def notes(url: str, read: bool = False, **said: str) -> list[str]:
    plain = url.partition("?")[0]
    return remote_notes(remote_lock_of([plain], [RemoteEntry(plain, 3, **said)], read), [url])


def test_nothing_to_say() -> None:
    assert notes("https://h/a", etag="x") == []
    assert notes("https://h/a", modified="x") == []
    assert notes("https://h/a?v=1", read=True) == []


def test_a_query_that_was_cut_off_is_said_without_it() -> None:
    (note,) = notes("https://h/a?sig=5igned", etag="x")
    assert "https://h/a is not kept" in note
    assert "5igned" not in note


def test_a_server_that_says_nothing() -> None:
    assert "use --bytes" in notes("https://h/a")[0]
