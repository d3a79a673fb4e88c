"""A file's facts."""

from __future__ import annotations

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.record.files import FileFact

FACTS = st.builds(
    FileFact,
    size=st.integers(0, 2**60),
    state=st.sampled_from(["committed", "changed", "untracked", "ignored", "plain", "outside"]),
    hash=st.none() | st.text(max_size=5),
    why=st.text(max_size=5),
    mode=st.integers(0, 0o7777),
    mtime_ns=st.integers(0, 2**62),
    blob=st.none() | st.just("ab" * 20),
    link=st.none() | st.text(max_size=5),
    kept=st.booleans(),
    secret=st.booleans(),
    read=st.booleans(),
    configuration=st.booleans(),
    syntax=st.none() | st.just("s"),
    when=st.just(msgspec.UNSET) | st.floats(0, 1e10),
)


@settings(deadline=None, max_examples=60)
@given(FACTS)
def test_facts_survive_a_record(fact: FileFact) -> None:
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(msgspec.to_builtins(fact))), FileFact) == fact


def test_what_is_usual_is_not_written() -> None:
    assert msgspec.to_builtins(FileFact(3)) == {"size": 3}
