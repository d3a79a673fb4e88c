"""Configuration files, key by key."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.factors.config import MAX_BYTES, MAX_KEYS, Config, flatten, parse
from samerun.factors.factor import Scene
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.observation import Observation


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("c.json", '{"model": {"lr": 0.1, "layers": [1, 2]}, "n": null}'),
        ("c.yaml", "model:\n  lr: 0.1\n  layers: [1, 2]\nn:\n"),
        ("C.YML", "model: {lr: 0.1, layers: [1, 2]}\nn: ~\n"),
    ],
)
def test_keys_are_dotted_and_lists_are_leaves(path: str, text: str) -> None:
    assert parse(path, text.encode()) == {"model.lr": 0.1, "model.layers": [1, 2], "n": None}


def test_toml_and_ini_are_read() -> None:
    assert parse("c.toml", b"[model]\nlr = 0.1\nwhen = 2024-01-02\n") == {"model.lr": 0.1, "model.when": "2024-01-02"}
    assert parse("c.cfg", b"[model]\nlr = 0.1\npath = %(home)s/x\n") == {"model.lr": "0.1", "model.path": "%(home)s/x"}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("c.csv", b"a,b"),
        ("c.json", b"[1, 2]"),
        ("c.json", b"{"),
        ("c.json", b"\xff\xfe{"),
        ("c.json", b'{"a":' * 10_000),
        ("c.toml", b"a = "),
        ("c.ini", b"no section"),
        ("c.yaml", b"a: [1"),
        ("c.yaml", b"a: 1\n---\nb: 2\n"),
        ("c.yaml", b"!!python/object/apply:os.system ['true']"),
        ("c.yaml", b'a: !!int ""'),
        ("c.yaml", b'a: !!bool "perhaps"'),
        ("c.yaml", b'a: !!timestamp "never"'),
        ("c.yaml", b'a: !!float "x"'),
        ("c.yaml", b"a: &a [*a]"),
        ("c.yaml", b"a: &a {b: *a}"),
        ("c.yaml", b"? [a, b]\n: 1\n? {c: d}\n: 2"),
        ("c.yaml", b"a: 0x" + b"f" * 5000 + b"\nb: " + b"9" * 5000),
        ("c.json", b'{"a": ' + b"1" * MAX_BYTES + b"}"),
        ("c.json", ("{" + ",".join(f'"k{n}":1' for n in range(MAX_KEYS + 1)) + "}").encode()),
        ("c.json", b'{"a.b": 1, "a": {"b": 2}}'),
    ],
)
def test_what_is_no_configuration_is_data(path: str, content: bytes) -> None:
    assert parse(path, content) is None


@pytest.mark.parametrize("merge", [False, True])
def test_aliases_that_multiply_end_at_once(merge: bool) -> None:
    last = "&a0 {k: 1}" if merge else "&a0 [x, x]"
    lines = [f"a0: {last}"]
    for level in range(1, 10):
        below = ", ".join([f"*a{level - 1}"] * 9)
        lines.append(f"a{level}: &a{level} {{<<: [{below}]}}" if merge else f"a{level}: &a{level} [{below}]")
    began = time.monotonic()
    assert parse("bomb.yaml", "\n".join(lines).encode()) is None
    assert time.monotonic() - began < 5


def test_a_merged_default_is_still_configuration() -> None:
    text = "base: &base {lr: 1, n: 2}\nbig: {<<: *base, n: 3}\n"
    assert parse("c.yaml", text.encode()) == {"base.lr": 1, "base.n": 2, "big.lr": 1, "big.n": 3}


@pytest.mark.parametrize("depth", [50, 500, 900, 990, 5000])
def test_a_deep_document_is_read_or_left(depth: int) -> None:
    parse("c.json", b'{"a":' * depth + b"1" + b"}" * depth)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(["c.json", "c.toml", "c.yaml", "c.ini"]), st.binary(max_size=60) | st.text(max_size=60))
def test_no_content_breaks_it(path: str, content: bytes | str) -> None:
    parse(path, content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


KEYS = st.text(alphabet="abc_", min_size=1, max_size=3)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers(), max_size=3)
DOCUMENTS = st.dictionaries(KEYS, st.recursive(LEAVES, lambda below: st.dictionaries(KEYS, below, min_size=1)))


@settings(deadline=None, max_examples=80)
@given(DOCUMENTS)
def test_flattening_loses_nothing(document: dict[str, Any]) -> None:
    built: dict[str, Any] = {}
    for key, value in flatten(document):
        place, *rest = [built], *key.split(".")
        node = built
        for part in rest[:-1]:
            node = node.setdefault(part, {})
        node[rest[-1]] = value
        assert place == [built]
    assert built == document


def test_only_files_marked_as_configuration_are_read(
    scene: Callable[..., Scene], ended: Callable[..., Observation]
) -> None:
    facts = {"a.yaml": FileFact(1, read=True, configuration=True), "b.yaml": FileFact(1)}
    values = Config().read(
        scene(files=facts, observed=ended(), content=lambda path: b"lr: 1", configuration={"model": {"depth": 3}})
    )
    assert values == {"a.yaml:lr": 1, "config.json:model.depth": 3}


def test_it_is_unknown_before_the_end(scene: Callable[..., Scene]) -> None:
    assert isinstance(Config().read(scene()), Missing)


def test_secrets_in_it_are_marked(scene: Callable[..., Scene], ended: Callable[..., Observation]) -> None:
    facts = {"a.yaml": FileFact(1, read=True, configuration=True)}
    text = b"wandb:\n  api_key: hunter2hunter2\nnum_tokens: 12\n"
    values = Config().read(scene(files=facts, observed=ended(), content=lambda path: text))
    assert isinstance(values, dict)
    assert "hunter2" not in str(values)
    assert values["a.yaml:num_tokens"] == 12


def test_a_changed_key_is_named_by_file_and_key() -> None:
    changes = Config().differences({"c.yaml:lr": 1, "c.yaml:n": 2}, {"c.yaml:lr": 1.5, "c.yaml:n": 2})
    assert [(change.subject, change.a, change.b) for change in changes] == [("c.yaml:lr", 1, 1.5)]


def test_a_default_of_an_ini_file_is_one_key() -> None:
    text = b"[DEFAULT]\nroot = data\n[a]\nn = 1\n[b]\nn = 2\n"
    assert parse("c.ini", text) == {"DEFAULT.root": "data", "a.n": "1", "b.n": "2"}
