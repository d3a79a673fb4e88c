from __future__ import annotations

import collections
import pickle
import pickletools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.outputs import pickle_reader as subject
from samerun.outputs.pickle_reader import Stream, read_next, read_pickle
from samerun.outputs.pickle_records import NEW, NOTHING, Bag, Call, Global, Mapping, Persistent
from samerun.outputs.reading import FAILURES, Unreadable

PROTOCOLS = range(6)


class Thing:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)


class Slotted(dict):  # type: ignore[type-arg]
    __slots__ = ("x",)


def read(data: bytes) -> Any:
    return read_pickle(memoryview(data))


def plain(value: Any) -> Any:
    """Turn records back into what Python has for them."""
    if isinstance(value, Mapping):
        return {plain(key): plain(each) for key, each in value.pairs}
    if isinstance(value, Bag):
        return (frozenset if value.frozen else set)(plain(each) for each in value.items)
    if isinstance(value, list | tuple):
        return type(value)(plain(each) for each in value)
    if isinstance(value, Call) and value.function == Global("_codecs", "encode"):
        return value.args[0].encode(value.args[1])
    if isinstance(value, Call) and value.function in (Global("builtins", "bytes"), Global("builtins", "bytearray")):
        return plain(value.args[0]) if value.args else b""
    return value


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
VALUES = st.recursive(
    LEAVES,
    lambda each: (
        st.lists(each) | st.tuples(each, each) | st.dictionaries(st.text(), each) | st.tuples(each, each, each, each)
    ),
    max_leaves=20,
)


@settings(deadline=None, max_examples=200)
@given(VALUES, st.sampled_from(PROTOCOLS))
def test_plain_values_come_out_as_they_went_in(value: Any, protocol: int) -> None:
    assert plain(read(pickle.dumps(value, protocol))) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_objects_become_calls(protocol: int) -> None:
    found = read(pickle.dumps(Thing(a=1, b=[2]), protocol))
    assert isinstance(found, Call)
    made_of = Global(Thing.__module__, "Thing")
    assert made_of in found.args
    assert plain(found.state) == {"a": 1, "b": [2]}
    slotted = Slotted(k=3)
    slotted.x = 4
    if protocol >= 2:
        found = read(pickle.dumps(slotted, protocol))
        assert (found.function, found.pairs) == (NEW, [("k", 3)])
        assert plain(found.state[1]) == {"x": 4}


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_ordered_dicts_sets_and_names(protocol: int) -> None:
    found = read(pickle.dumps([collections.OrderedDict(a=1), {1, 2}, len, Thing], protocol))
    assert found[0].function == Global("collections", "OrderedDict")
    assert isinstance(found[1], Bag if protocol >= 4 else Call)
    assert found[2:] == [Global("builtins", "len"), Global(Thing.__module__, "Thing")]


def test_objects_that_hold_themselves() -> None:
    loop: list[Any] = []
    loop.append(loop)
    found = read(pickle.dumps(loop))
    assert found[0] is found


def test_shared_parts_are_shared() -> None:
    part = [1]
    found = read(pickle.dumps([part, part]))
    assert found[0] is found[1]


def test_long_bytes_stay_in_the_file() -> None:
    found = read(pickle.dumps(bytes(10_000), 4))
    assert isinstance(found, memoryview)
    assert found == bytes(10_000)


def test_several_pickles_one_behind_the_other() -> None:
    stream = Stream(memoryview(pickle.dumps(1) + pickle.dumps("two")))
    assert [read_next(stream), read_next(stream)] == [1, "two"]


def test_opcodes_that_few_writers_use() -> None:
    assert read(b"(i__main__\nThing\n.").function == Global("__main__", "Thing")
    assert read(b"(c__main__\nThing\nI7\no.").args == (7,)
    assert read(b"\x80\x02\x82\x07.") == Global("copyreg", "extension 7")
    assert read(b"Pan id\n.").id == "an id"
    assert isinstance(read(b"]Q."), Persistent)
    assert read(b"(I5\n2t.") == (5, 5)
    assert plain(read(b"(dp0\nI1\nI2\ns.")) == {1: 2}
    assert plain(read(b"(I1\nI2\nd.")) == {1: 2}
    assert read(b"(I1\n1I2\n.") == 2
    assert read(b"N0I1\n.") == 1
    assert isinstance(read(b"\x80\x05\x97\x98."), Persistent)
    assert read(b"cos\nsystem\n(S'true'\ntR.").args == ("true",)
    assert read(b"c__builtin__\nset\n.") == Global("builtins", "set")
    assert read(b"c__main__\nThing\n)R.").state is NOTHING


def test_every_opcode_is_followed() -> None:
    known = {*subject._HANDLERS, *subject._PUSH, *subject._BYTES, *subject._CONSTANTS, "STOP"}
    assert known == {opcode.name for opcode in pickletools.opcodes}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"(.",
        b"]a.",
        b"N(e.",
        b"Nb.",
        b"I1\nI2\na.",
        b"g9\n.",
        b"\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff",
        b"R.",
    ],
)
def test_what_is_no_pickle_is_refused(data: bytes) -> None:
    with pytest.raises(FAILURES):
        read(data)


@pytest.mark.parametrize(
    "code",
    [b"B\xff\xff\xff\xff", b"\x8e" + b"\xff" * 8, b"\x96" + b"\x7f" * 8, b"X\xff\xff\xff\x7f", b"\x8b\xff\xff\xff\x7f"],
)
def test_lengths_beyond_the_file_take_no_memory(code: bytes) -> None:
    with pytest.raises(FAILURES):
        read(b"\x80\x05" + code + b"x.")


def test_endless_pickles_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samerun.outputs.pickle_reader.MAX_OPCODES", 1000)
    with pytest.raises(Unreadable, match="opcodes"):
        read(b"N0" * 1000 + b"N.")


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        read(data)
    except FAILURES:
        pass
