"""Two runs held against each other."""

from __future__ import annotations

import pytest

from samerun import api
from tests.lab import DRAW, Lab


def test_a_change_of_code_is_named(lab: Lab) -> None:
    lab.write(helper_py="VALUE = 1\n")
    first = lab.record("import helper\n" + DRAW.format("helper.VALUE"))
    lab.write(helper_py="# only a comment\nVALUE = 1\n")
    second = lab.record()
    lab.write(helper_py="VALUE = 2\n")
    third = lab.record()
    assert [change.subject for change in api.diff(first.id, second.id).factors if change.kind == "code"] == []
    changed = api.diff(second.id, third.id)
    assert [(each.kind, each.subject) for each in changed.factors if each.kind == "code"] == [("code", "helper.py")]
    assert changed.verdict == "different"


def test_a_changed_key_is_named(lab: Lab) -> None:
    lab.write(config_yaml="lr: 0.1\nsteps: 3\n")
    pytest.importorskip("yaml")
    first = lab.record("import yaml\n" + DRAW.format("yaml.safe_load(open('config.yaml'))"))
    lab.write(config_yaml="# changed\nsteps: 3\nlr: 0.2\n")
    changed = api.diff(first.id, lab.record().id)
    assert [(each.kind, each.subject, each.a, each.b) for each in changed.factors] == [
        ("config", "config.yaml:lr", 0.1, 0.2)
    ]
