"""What the verbs return, as the pages take it."""

from __future__ import annotations

from samerun import api
from samerun.report.verdict_words import Compared


def compared_replay(replay: api.Replay) -> Compared:
    """Return a replay as two runs held against each other."""
    return Compared(
        a=replay.run,
        b=replay.replay,
        verdict=replay.verdict,
        outputs=replay.outputs,
        metrics=replay.metrics,
        factors=replay.factors_changed,
        notes=replay.notes,
    )


def compared_diff(diff: api.Compared) -> Compared:
    """Return a comparison with its note among the notes."""
    notes = [diff.note] if diff.note else []
    return Compared(diff.a, diff.b, diff.verdict, diff.outputs, diff.metrics, diff.factors, notes)
