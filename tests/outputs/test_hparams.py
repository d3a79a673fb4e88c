from __future__ import annotations

import struct
from typing import Any

import pytest

from samerun.outputs.hparams import read_hparams


def part(field: int, content: bytes) -> bytes:
    """Write a field of bytes; all here are short."""
    return bytes([field << 3 | 2, len(content)]) + content


def whole(field: int, value: int) -> bytes:
    return bytes([field << 3, value])


def double(field: int, value: float) -> bytes:
    return bytes([field << 3 | 1]) + struct.pack("<d", value)


def setting(name: str, value: bytes) -> bytes:
    """Write a session's start with one setting."""
    return part(3, part(1, part(1, name.encode()) + part(2, value)))


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (double(2, 0.25), 0.25),
        (double(2, float("inf")), float("inf")),
        (part(3, b"adam"), "adam"),
        (part(3, b"\xff"), "\ufffd"),
        (part(3, b""), ""),
        (whole(4, 1), True),
        (whole(4, 0), False),
        (whole(1, 0), 0),
        (part(5, b"\x0a\x00"), b"\x0a\x00"),
        (b"", None),
    ],
)
def test_each_kind_of_setting(value: bytes, meant: object) -> None:
    found = read_hparams(setting("x", value))["hparams"]
    assert found == {"x": meant}
    assert type(found["x"]) is type(meant)


@pytest.mark.parametrize(
    ("content", "meant"),
    [
        (b"", {}),
        (whole(1, 0), {}),
        (part(3, b""), {"hparams": {}}),
        (
            part(3, part(2, b"m") + part(3, b"u") + part(4, b"g")),
            {"model_uri": "m", "monitor_url": "u", "group_name": "g"},
        ),
        (part(3, double(5, 12.5)), {"start_time_secs": 12.5}),
        (part(4, whole(1, 2) + double(2, 13.5)), {"status": 2, "end_time_secs": 13.5}),
        (part(2, double(3, 11.0)), {"time_created_secs": 11.0}),
        (part(2, part(1, b"d") + whole(7, 3)), {"experiment": [[1, b"d"], [7, 3]]}),
    ],
)
def test_each_part_of_a_session(content: bytes, meant: dict[str, Any]) -> None:
    found = read_hparams(content)
    assert {name: value for name, value in found.items() if name != "hparams" or name in meant} == meant


def test_settings_of_one_session_are_gathered() -> None:
    both = part(1, part(1, b"a") + part(2, double(2, 1.0))) + part(1, part(1, b"b") + part(2, part(3, b"x")))
    assert read_hparams(part(3, both)) == {"hparams": {"a": 1.0, "b": "x"}}


@pytest.mark.parametrize(
    "content",
    [
        whole(3, 1),  # a number where a session belongs
        part(3, part(5, b"short")),
        part(4, part(1, b"x")),
        part(2, part(3, b"x")),
        setting("x", part(2, b"abc")),
        setting("x", double(2, 1.0))[:-1],
        b"\x1a\x7f",
    ],
)
def test_what_is_no_such_message_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_hparams(content)


def test_settings_times_and_status_have_names() -> None:
    api = pytest.importorskip("tensorboard.plugins.hparams.api_pb2")
    data = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    start = data.SessionStartInfo(group_name="g", start_time_secs=12.5)
    start.hparams["lr"].number_value = 0.1
    start.hparams["opt"].string_value = "adam"
    start.hparams["amp"].bool_value = True
    end = data.SessionEndInfo(status=api.STATUS_SUCCESS, end_time_secs=13.5)
    experiment = api.Experiment(time_created_secs=11.0, user="u")
    found: dict[str, Any] = {}
    for part in ({"session_start_info": start}, {"session_end_info": end}, {"experiment": experiment}):
        found |= read_hparams(data.HParamsPluginData(version=0, **part).SerializeToString())
    assert found["hparams"] == {"lr": 0.1, "opt": "adam", "amp": True}
    assert (found["start_time_secs"], found["end_time_secs"], found["time_created_secs"]) == (12.5, 13.5, 11.0)
    assert found["group_name"] == "g"
    assert found["status"] == api.STATUS_SUCCESS
