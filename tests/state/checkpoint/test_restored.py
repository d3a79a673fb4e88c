from __future__ import annotations

from pathlib import Path

from samerun.state.checkpoint.restored import Listed, Restored


def test_it_reads_as_sentences() -> None:
    restored = Restored(
        path=Path("c/last.pt"),
        name="epoch_005-3fa2c1d0",
        epoch=5,
        step=120,
        metrics={"loss": 0.5},
        config=None,
        restored=("model", "generators"),
        not_restored={"scaler": "the checkpoint has no scaler"},
        unused=("ema",),
        config_differences=("lr: 0.1 -> 0.2",),
    )
    assert str(restored).splitlines() == [
        "epoch_005-3fa2c1d0 from c/last.pt: restored model, generators.",
        "Not restored: scaler: the checkpoint has no scaler.",
        "Also in it, not asked for: ema.",
        "Saved under another configuration: lr: 0.1 -> 0.2.",
    ]


def test_nothing_restored_is_said_too() -> None:
    restored = Restored(Path("p"), "epoch_001", 1, None, {}, None, (), {})
    assert str(restored) == "epoch_001 from p: restored nothing."
    assert Listed(Path("p"), "epoch_001").problem == ""
