"""Which addresses are taken, and that no credential in one is ever kept."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.data.remote_urls import below, checked_url, kept, said
from samerun.errors import BadOption


@pytest.mark.parametrize(
    ("url", "clean", "cut"),
    [
        ("https://host/a.csv", "https://host/a.csv", False),
        ("https://host:8443/a.csv?download=1&v=3#top", "https://host:8443/a.csv?download=1&v=3", False),
        ("https://me:hunter2@host/a.csv", "https://host/a.csv", False),
        ("https://token@host/a.csv", "https://host/a.csv", False),
        ("https://host/a?X-Amz-Algorithm=A&X-Amz-Signature=1", "https://host/a", True),
        ("https://host/a?sv=2021&sig=x", "https://host/a", True),
        ("https://host/a?token=x", "https://host/a", True),
        ("https://host/a?id=abcdefghijklmnopqrstuvwxyz", "https://host/a", True),
        ("https://host/a?abcdefghijklmnopqrstuvwxyz0123", "https://host/a", True),
        ("s3://bucket/folder/", "s3://bucket/folder", False),
        ("s3://bucket", "s3://bucket", False),
        ("s3://bucket/a?b#c d", "s3://bucket/a?b#c d", False),
        ("s3://key:secret@bucket/a", "s3://bucket/a", False),
    ],
)
def test_what_is_kept(url: str, clean: str, cut: bool) -> None:
    assert kept(url) == (clean, cut)
    assert kept(clean) == (clean, False)


def test_a_credential_in_the_path_is_refused() -> None:
    with pytest.raises(BadOption, match="credential in its path") as caught:
        kept("https://host/hf_" + "aB3" * 12 + "/x")
    assert "hf_" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "local://x", "ftp://h/x", "zip://a::s3://b/c", "simplecache::s3://b/c", "reference://x"]
    + ["https:///x", "s3://", "https://h/a b", "https://h/\n", "s3://b/\0", "https://[h/x", "nothing"],
)
def test_what_is_no_address_from_here(url: str) -> None:
    with pytest.raises(BadOption):
        checked_url(url)


@pytest.mark.parametrize("given", ["q", "", "data/train.csv", "C:/x", "me:secret@host/x"])
def test_no_address_at_all_is_said_and_not_repeated(given: str) -> None:
    with pytest.raises(BadOption) as caught:
        checked_url(given)
    assert caught.value.sentence.startswith("What was given is no address")
    assert "secret" not in str(caught.value)


def test_below() -> None:
    assert [below(url, "s3://b/a") for url in ("s3://b/a", "s3://b/a/x", "s3://b/ab", "s3://b")] == [
        *(True, True),
        *(False, False),
    ]


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_is_said_never_holds_a_password(text: str) -> None:
    password = "p4ssw0rdOfMine"
    assert password not in said(f"https://me:{password}@host/{text}")
