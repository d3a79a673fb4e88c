from __future__ import annotations

import pytest

from samerun.outputs.pickle_records import NEW, NOTHING, Bag, Call, Global, Mapping, Persistent, text_of


def test_keys_are_named_as_a_person_would() -> None:
    assert text_of("lr") == "lr"
    assert text_of(3) == "3"
    assert text_of(("a", 1)) == "(a, 1)"
    assert text_of(Global("torch", "float32")) == "torch.float32"
    assert text_of(Mapping()) == "mapping"


def test_nothing_is_not_none() -> None:
    assert Call("f").state is NOTHING
    assert Call("f").items is not Call("f").items


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (None, "None"),
        (True, "True"),
        (0.5, "0.5"),
        (b"raw", "b'raw'"),
        ((), "()"),
        (("a", ("b", None)), "(a, (b, None))"),
        ((1, 2, 3, 4), "(1, 2, 3, 4)"),
        ((1, 2, 3, 4, 5), "tuple"),
        (Call("f"), "call"),
        (Bag([1]), "bag"),
        (Persistent("id"), "persistent"),
        (NOTHING, "nothing"),
        ("", ""),
        (NEW, "copyreg.__newobj__"),
    ],
)
def test_any_key_has_a_text(key: object, text: str) -> None:
    assert text_of(key) == text


def test_records_of_one_kind_share_no_list() -> None:
    first, second = Mapping(), Mapping()
    first.pairs.append((1, 2))
    assert second.pairs == Mapping().pairs == []
    Bag().items.append(1)
    assert Bag().items == []
    Call("f").pairs.append((1, 2))
    assert Call("f").pairs == []


def test_names_are_values_and_objects_are_themselves() -> None:
    assert Global("a", "b") == Global("a", "b")
    assert len({Global("a", "b"), Global("a", "b"), Global("a", "c")}) == 2
    assert Call("f") != Call("f")
    assert Bag([1]) != Bag([1])
    assert Persistent("x") != Persistent("x")
