"""What is gone is told from what is refused."""

from __future__ import annotations

from samerun.data.remote_files import RemoteEntry, gone, is_gone, refused


def test_gone_is_not_refused() -> None:
    assert is_gone(gone("s3://b/a"))
    assert not is_gone(refused("s3://b/a", "the server refuses it"))
    assert refused("s3://b/a", "x").sentence == "s3://b/a cannot be read: x."


def test_what_a_server_does_not_say_is_absent() -> None:
    entry = RemoteEntry("https://h/a")
    assert (entry.size, entry.etag, entry.modified, entry.blake3) == (None, "", "", "")
