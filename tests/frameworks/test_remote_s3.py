"""Buckets of a server that really speaks S3, on this machine: locked, verified, changed, refused, gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samerun.cli.main import main
from samerun.data.remote_locking import lock_remote, verify_remote
from samerun.errors import MissingData

moto_server = pytest.importorskip("moto.server")
boto3 = pytest.importorskip("boto3")
pytest.importorskip("s3fs")
SECRET = "wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzzzzzz"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Run the server."""
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A fresh bucket with three files, and a client for it."""
    monkeypatch.chdir(tmp_path)
    facts = {"ACCESS_KEY_ID": "AKIAIOSFODNN7ABCDEFG", "SECRET_ACCESS_KEY": SECRET, "DEFAULT_REGION": "us-east-1"}
    for name, value in {**facts, "ENDPOINT_URL": server}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    client = boto3.client("s3")
    client.create_bucket(Bucket="pets")
    for key, body in {"data/a": b"one", "data/x/b c+#?.csv": b"two!", "data/empty": b"", "other": b"x"}.items():
        client.put_object(Bucket="pets", Key=key, Body=body)
    yield client
    for one in client.list_objects_v2(Bucket="pets").get("Contents", []):
        client.delete_object(Bucket="pets", Key=one["Key"])
    client.delete_bucket(Bucket="pets")


def found(read: bool = False, **settings: Any) -> list[tuple[str, str]]:
    return [
        (change.what, change.path.removeprefix("s3://pets/data/"))
        for change in verify_remote("r.lock", read=read, **settings).changes
    ]


def test_a_folder_by_words_and_by_bytes(s3: Any) -> None:
    made = lock_remote("s3://pets/data/", "r.lock", read=True)
    assert [(entry.url, entry.size) for entry in made.entries] == [
        ("s3://pets/data/a", 3),
        ("s3://pets/data/empty", 0),
        ("s3://pets/data/x/b c+#?.csv", 4),
    ]
    assert made.entries[0].etag == "f97c5d29941bfb1b2fdab0874906ab82"
    assert (found(), found(read=True)) == ([], [])


def test_what_changed_came_and_went(s3: Any) -> None:
    lock_remote("s3://pets/data", "r.lock", read=True)
    s3.put_object(Bucket="pets", Key="data/a", Body=b"ONE")
    s3.put_object(Bucket="pets", Key="data/new", Body=b"n")
    s3.delete_object(Bucket="pets", Key="data/empty")
    expected = [("changed", "a"), ("removed", "empty"), ("added", "new")]
    assert (found(), found(read=True)) == (expected, expected)


def test_the_same_content_put_again_is_the_same(s3: Any) -> None:
    lock_remote("s3://pets/data", "r.lock")
    s3.put_object(Bucket="pets", Key="data/a", Body=b"one")
    assert found() == []


def test_a_file_in_parts_has_another_etag_and_the_same_bytes(s3: Any) -> None:
    body = bytes(6 << 20)
    s3.put_object(Bucket="pets", Key="data/big", Body=body)
    lock_remote("s3://pets/data/big", "r.lock", read=True)
    upload = s3.create_multipart_upload(Bucket="pets", Key="data/big")["UploadId"]
    parts = [
        {
            "PartNumber": at,
            "ETag": s3.upload_part(Bucket="pets", Key="data/big", PartNumber=at, UploadId=upload, Body=part)["ETag"],
        }
        for at, part in enumerate((body[: 5 << 20], body[5 << 20 :]), 1)
    ]
    s3.complete_multipart_upload(Bucket="pets", Key="data/big", UploadId=upload, MultipartUpload={"Parts": parts})
    assert (found(), found(read=True)) == ([("changed", "big")], [])


def test_one_file_and_a_bucket(s3: Any) -> None:
    assert len(lock_remote("s3://pets/data/a", read=True).entries) == 1
    assert len(lock_remote("s3://pets").entries) == 4


@pytest.mark.parametrize("url", ["s3://pets/gone", "s3://no-such-bucket/x"])
def test_what_is_not_there(s3: Any, url: str) -> None:
    with pytest.raises(MissingData, match="nothing there"):
        lock_remote(url, "r.lock")
    assert not Path("r.lock").exists()


def test_a_bucket_that_is_gone(s3: Any) -> None:
    lock_remote("s3://pets/data", "r.lock")
    for key in ("data/a", "data/x/b c+#?.csv", "data/empty"):
        s3.delete_object(Bucket="pets", Key=key)
    assert {what for what, _ in found()} == {"removed"}


def test_no_server(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    with pytest.raises(MissingData, match="cannot be read") as caught:
        lock_remote("s3://pets/data")
    assert SECRET not in str(caught.value)


def test_no_credential_is_written_and_options_are_used(s3: Any, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    options = {"key": "AKIAIOSFODNN7ABCDEFG", "secret": SECRET, "client_kwargs": {"endpoint_url": server}}
    lock_remote("s3://pets/data", "r.lock", read=True, options=options)
    text = Path("r.lock").read_text()
    assert not any(word in text for word in (SECRET, "AKIA", "127.0.0.1"))
    assert found(read=True, options=options) == []


def test_the_commands(s3: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", "lock", "s3://pets/data", "-o", "r.lock", "--bytes"]) == 0
    assert main(["data", "verify", "r.lock", "--bytes"]) == 0
    s3.put_object(Bucket="pets", Key="data/a", Body=b"ONE")
    assert main(["data", "verify", "r.lock"]) == 1
    assert "s3://pets/data/a: its etag changed" in capsys.readouterr().out
