from __future__ import annotations

import pytest

from samerun.outputs.field_names import denies_time, roles_of, words


def test_words() -> None:
    assert words("meanFitTime") == words("mean_fit_time") == words("mean fit-time") == ("mean", "fit", "time")
    assert words("Duration (s)") == ("duration", "s")
    assert words("URLPath2") == ("url", "path", "2")


@pytest.mark.parametrize(
    "name",
    [
        *("time", "epoch_time", "train_seconds", "Duration (s)", "elapsed", "wall_clock", "fit_time", "runtime"),
        *("mean_fit_time", "std_fit_time", "mean_score_time", "std_score_time", "train_runtime", "time_total_s"),
        *("time_this_iter_s", "time_since_restore", "time_elapsed", "elapsed_ms", "fitTimeMs", "step_time_ms"),
        *("time_per_epoch", "seconds_per_step", "s/it", "data_time", "eval/time", "timings", "walltime", "eta"),
        *("latency_ms", "time_for_training"),
        *("time_to_train", "took", "eta_seconds", "cpu_time", "time.total", "Training time"),
    ],
)
def test_spans(name: str) -> None:
    assert roles_of(name).span


@pytest.mark.parametrize(
    "name",
    [
        *("timestamp", "_timestamp", "date", "created_at", "createdAt", "start_time", "end_time", "started", "ts"),
        *("last_modified", "updated_at", "datetime", "datetime_start", "run_date", "time", "finished_at"),
        "timestamp_utc",
    ],
)
def test_moments(name: str) -> None:
    assert roles_of(name).moment


@pytest.mark.parametrize(
    "name",
    ["samples_per_second", "it/s", "steps_per_sec", "train_samples_per_second", "tokens/sec", "examples per second"],
)
def test_rates(name: str) -> None:
    assert roles_of(name).rate


@pytest.mark.parametrize(
    "name",
    [
        *("time_to_target", "timesteps", "time_steps", "time_step", "runtime_error", "update", "updates", "pathology"),
        *("dated_loss", "n_times", "time_limit", "timeout", "max_time_budget", "predicted_time", "target_duration"),
        *("survival_time", "pred_duration", "simulated_seconds", "audio_seconds", "time_embedding", "time_zone"),
        *("times_seen", "n_seconds", "loss", "acc", "epoch", "precision_at_10", "candidate", "mandate", "sometimes"),
        *("steps_per_second_step", "persecution", "hostility", "stupid", "rapid", "identity", "valid", "seed", "min"),
        *("accuracy_s", "params_m", "num_seconds", "update_count", "elapsed_steps", "time_to_accuracy"),
        "split_by_date",
        *("latency_weight", "duration_bins", "rank", "id", "process_noise", "path_length", "host_count", "n_hosts_max"),
    ],
)
def test_names_of_results_and_settings_have_no_role(name: str) -> None:
    assert not roles_of(name)


@pytest.mark.parametrize("name", ["log_dir", "save_dir", "output_dir", "cwd", "tmpdir", "model_path", "checkpoint"])
def test_paths(name: str) -> None:
    assert roles_of(name).path


def test_hosts_processes_and_identities() -> None:
    assert roles_of("hostname").host
    assert roles_of("pid").pid
    assert roles_of("process_id").pid
    assert roles_of("run_id").identity
    assert roles_of("uuid").identity
    assert not roles_of("class_id")


def test_units_are_told() -> None:
    assert roles_of("elapsed_ms").unit == 1e-3
    assert roles_of("train_minutes").unit == 60
    assert roles_of("time").unit is None


def test_a_written_time_may_be_a_result_by_its_name() -> None:
    assert denies_time("time_to_target")
    assert denies_time("timeout")
    assert not denies_time("epoch_time")
    assert not denies_time("loss")
    assert not denies_time("")
