from __future__ import annotations

from samerun.outputs.pickle_records import NOTHING, Call, Global, Mapping, text_of


def test_keys_are_named_as_a_person_would() -> None:
    assert text_of("lr") == "lr"
    assert text_of(3) == "3"
    assert text_of(("a", 1)) == "(a, 1)"
    assert text_of(Global("torch", "float32")) == "torch.float32"
    assert text_of(Mapping()) == "mapping"


def test_nothing_is_not_none() -> None:
    assert Call("f").state is NOTHING
    assert Call("f").items is not Call("f").items
