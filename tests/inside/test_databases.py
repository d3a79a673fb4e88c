"""Which file a database is."""

from __future__ import annotations

import pytest

from samerun.inside.databases import file_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("exp.db", ("exp.db", True)),
        ("a?b=c.db", ("a?b=c.db", True)),
        ("file:exp.db", ("exp.db", True)),
        ("file:exp.db?mode=ro", ("exp.db", False)),
        ("file:///data/exp.db?immutable=1", ("/data/exp.db", False)),
        (":memory:", ("", False)),
        ("file::memory:?cache=shared", ("", False)),
        ("file:x?mode=memory", ("", False)),
        ("", ("", True)),
    ],
)
def test_the_file_and_whether_it_may_be_written(name: str, expected: tuple[str, bool]) -> None:
    assert file_of(name) == expected
