"""What the factors of a launch are read from, before the start and after the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from samerun.factors import FACTORS
from samerun.factors.factor import Scene
from samerun.launch.order import Launch
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.observation import Observation
from samerun.record.values import Json
from samerun.store.layout import RunFolder


def spool_of(folder: RunFolder) -> Path:
    """Return where the processes of a run report while it goes on."""
    return folder.path / ".spool"


def make_scene(
    order: Launch,
    facts: Mapping[str, FileFact],
    observed: Observation | None = None,
    configuration: Mapping[str, Json] | None = None,
) -> Scene:
    """Return what the factors of a launch are read from."""
    return Scene(
        argv=tuple(order.plan.argv),
        cwd=Path(order.plan.cwd),
        tree=order.ground.tree,
        environment=order.found,
        plan=order.plan,
        redactor=order.redactor,
        files=facts,
        observed=observed,
        content=lambda name: content_of(order, name),
        configuration=configuration or {},
    )


def content_of(order: Launch, name: str) -> bytes | None:
    """Return what a file holds now; None if it cannot be read."""
    try:
        return order.ground.on_disk(name).read_bytes()
    except OSError:
        return None


def read_factors(scene: Scene) -> dict[str, Json]:
    """Read every factor of the table; a reading that is missing is kept with its reason."""
    readings = ((factor.kind, factor.read(scene)) for factor in FACTORS)
    return {kind: {"missing": reading.why} if isinstance(reading, Missing) else reading for kind, reading in readings}
