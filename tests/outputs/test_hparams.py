from __future__ import annotations

import pytest

from samerun.outputs.hparams import read_hparams

api = pytest.importorskip("tensorboard.plugins.hparams.api_pb2")
data = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")


def test_settings_times_and_status_have_names() -> None:
    start = data.SessionStartInfo(group_name="g", start_time_secs=12.5)
    start.hparams["lr"].number_value = 0.1
    start.hparams["opt"].string_value = "adam"
    start.hparams["amp"].bool_value = True
    end = data.SessionEndInfo(status=api.STATUS_SUCCESS, end_time_secs=13.5)
    experiment = api.Experiment(time_created_secs=11.0, user="u")
    found = {}
    for part in ({"session_start_info": start}, {"session_end_info": end}, {"experiment": experiment}):
        found |= read_hparams(data.HParamsPluginData(version=0, **part).SerializeToString())
    assert found["hparams"] == {"lr": 0.1, "opt": "adam", "amp": True}
    assert (found["start_time_secs"], found["end_time_secs"], found["time_created_secs"]) == (12.5, 13.5, 11.0)
    assert found["group_name"] == "g"
    assert found["status"] == api.STATUS_SUCCESS
