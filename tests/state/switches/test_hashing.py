"""The hash seed follows from the hashes."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.state.switches import hashing
from samerun.state.switches.switch import Asked
from tests.state.fresh import fresh

READ = """
import os
from samerun.state.switches import hashing
print(hashing.effective(), [hashing.is_in_effect(text) for text in {texts!r}], hashing.Hashing().effective())
"""


@pytest.mark.parametrize("seed", ["0", "1", "42", "4294967295"])
def test_a_seed_that_was_given_is_in_effect_and_no_other(seed: str) -> None:
    texts = ["0", "1", "42", "4294967295", "random", "", "x", "-1", "1.5"]
    (line,) = fresh(READ.format(texts=texts), PYTHONHASHSEED=seed)
    assert line.startswith(f"{seed} {[text == seed for text in texts]}")
    assert "'hash_randomization': False" in line


def test_one_that_was_drawn_is_random() -> None:
    (line,) = fresh(READ.format(texts=["random", "0"]), PYTHONHASHSEED="random")
    assert line.startswith("random [True, False]")


def test_an_ignored_environment_is_seen() -> None:
    script = "import sys; sys.path[:0] = {path!r}\n" + READ.format(texts=["5"])
    (line,) = fresh(script.format(path=[path for path in sys.path if path]), "-E", PYTHONHASHSEED="5")
    assert line.startswith("random [False]")


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40), st.binary(min_size=16, max_size=16))
def test_the_hash_is_siphash(text: str, key: bytes) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    found = hashing._siphash(raw, key[:8], key[8:], 2, 4)
    assert found == _reference(raw, key)


def _reference(text: bytes, key: bytes) -> int:
    """Return SipHash-2-4 by the letter of the paper, written apart."""
    mask = 2**64 - 1
    k = [int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")]
    v = [k[0] ^ 0x736F6D6570736575, k[1] ^ 0x646F72616E646F6D, k[0] ^ 0x6C7967656E657261, k[1] ^ 0x7465646279746573]

    def rotate(number: int, by: int) -> int:
        return ((number << by) & mask) | (number >> (64 - by))

    def sip_round() -> None:
        for a, b, c, d, first, second in ((0, 1, 2, 3, 13, 16), (2, 1, 0, 3, 17, 21)):
            v[a] = (v[a] + v[b]) & mask
            v[c] = (v[c] + v[d]) & mask
            v[b], v[d] = rotate(v[b], first) ^ v[a], rotate(v[d], second) ^ v[c]
            v[a] = rotate(v[a], 32)

    whole = text + b"\0" * ((7 - len(text)) % 8) + bytes([len(text) % 256])
    for start in range(0, len(whole), 8):
        word = int.from_bytes(whole[start : start + 8], "little")
        v[3] ^= word
        sip_round(), sip_round()
        v[0] ^= word
    v[2] ^= 255
    for _ in range(4):
        sip_round()
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def test_the_published_vector() -> None:
    # Aumasson and Bernstein, "SipHash: a fast short-input PRF", appendix A.
    key, text = bytes(range(16)), bytes(range(15))
    assert hashing._siphash(text, key[:8], key[8:], 2, 4) == 0xA129CA6149BE45E5


def test_nothing_is_asked_for_unless_the_program_has_set_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYTHONHASHSEED", raising=False)
    assert hashing.Hashing().variables(Asked("portable")) == ()
    monkeypatch.setenv("PYTHONHASHSEED", "123456789")
    (variable,) = hashing.Hashing().variables(Asked("strict"))
    assert (variable.name, variable.value, variable.passed()) == ("PYTHONHASHSEED", "123456789", True)
    assert not variable.agrees(variable.effective() or "")
    assert hashing.Hashing().variables(Asked("off")) == ()


def test_another_algorithm_is_believed_from_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    class Info:
        algorithm = "fnv"

    monkeypatch.setattr(sys, "hash_info", Info)
    monkeypatch.setattr(hashing, "at_start", lambda: {"PYTHONHASHSEED": "3"})
    assert (hashing.is_in_effect("3"), hashing.is_in_effect("4")) == (not sys.flags.ignore_environment, False)
