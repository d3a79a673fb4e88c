"""What the factors of a launch are read from, before the start and after the end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from samerun.factors import FACTORS
from samerun.factors.config import MAX_BYTES, is_named_so
from samerun.factors.factor import Scene
from samerun.launch.order import Launch
from samerun.record.files import FileFact
from samerun.record.missing import Missing
from samerun.record.observation import Observation
from samerun.record.values import Json
from samerun.store.objects import Objects


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
        content=lambda name: content_of(order, name, facts.get(name)),
        configuration=configuration or {},
    )


def content_of(order: Launch, name: str, fact: FileFact | None = None) -> bytes | None:
    """Return the content of what may be a configuration file: as the run read it if that was kept, else as it is now.

    Returns:
        None if it is none, by its name or its size, or cannot be read.
    """
    try:
        if fact is not None and fact.kept and fact.hash and fact.size <= MAX_BYTES and is_named_so(name):
            return Objects(order.layout.objects).read(fact.hash)
        path = order.ground.on_disk(name)
        return path.read_bytes() if is_named_so(name) and path.stat().st_size <= MAX_BYTES else None
    except OSError:
        return None


def read_factors(scene: Scene) -> dict[str, Json]:
    """Read every factor of the table; a reading that is missing is kept with its reason."""
    readings = ((factor.kind, factor.read(scene)) for factor in FACTORS)
    return {kind: {"missing": reading.why} if isinstance(reading, Missing) else reading for kind, reading in readings}
