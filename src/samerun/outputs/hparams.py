"""The settings and results that TensorBoard's hparams plugin keeps beside a summary, as plain values."""

from __future__ import annotations

from typing import Any

from samerun.outputs.protobuf_wire import Value, fields, message, number, signed, text

_START = {2: "model_uri", 3: "monitor_url", 4: "group_name"}


def read_hparams(content: bytes) -> dict[str, Any]:
    """Return the plugin's content: the experiment's description, the settings, when a session began and ended.

    Args:
        content: the bytes of an ``HParamsPluginData`` message.

    Raises:
        ValueError: if it is none.
    """
    found: dict[str, Any] = {}
    for field, value in fields(memoryview(content)):
        if field == 2:
            found |= _experiment(message(value))
        elif field == 3:
            found |= _session_start(message(value))
        elif field == 4:
            found |= _session_end(message(value))
    return found


def _experiment(part: memoryview) -> dict[str, Any]:
    """Return the creation time by name; what describes the parameters, as its bytes."""
    found: dict[str, Any] = {}
    for field, value in fields(part):
        if field == 3:
            found["time_created_secs"] = number(value)
        else:
            found.setdefault("experiment", []).append([field, value if isinstance(value, int) else bytes(value)])
    return found


def _session_start(part: memoryview) -> dict[str, Any]:
    found: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    for field, value in fields(part):
        if field == 1:
            settings |= _setting(message(value))
        elif field == 5:
            found["start_time_secs"] = number(value)
        elif field in _START:
            found[_START[field]] = text(value)
    return {"hparams": settings, **found}


def _setting(entry: memoryview) -> dict[str, Any]:
    name, content = "", None
    for field, value in fields(entry):
        if field == 1:
            name = text(value)
        else:
            content = _plain(message(value))
    return {name: content}


def _plain(part: memoryview) -> Any:
    """Return a ``google.protobuf.Value`` as the number, text or bool that it is; nested ones as their bytes."""
    found: Any = None
    for field, value in fields(part):
        found = _of_field(field, value)
    return found


def _of_field(field: int, value: Value) -> Any:
    if field == 2:
        return number(value)
    if field == 3:
        return text(value)
    if field == 4:
        return bool(value)
    return value if isinstance(value, int) else bytes(value)


def _session_end(part: memoryview) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field, value in fields(part):
        if field == 2:
            found["end_time_secs"] = number(value)
        elif field == 1:
            found["status"] = signed(value)
    return found
