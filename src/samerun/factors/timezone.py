"""The time zone."""

from __future__ import annotations

import os

from samerun.basics.hashing import hash_file
from samerun.factors.factor import Scene, Variables
from samerun.record.values import Reading

_LOCALTIME = "/etc/localtime"


class Timezone(Variables):
    """``TZ``, or where it is not set the zone of the system."""

    kind = "timezone"
    names = ("TZ",)
    given_too = ("zone",)
    advised = "use UTC in the program (`datetime.now(timezone.utc)`), or set TZ"

    def read(self, scene: Scene) -> Reading:
        """Return the variable if it is set, else the system's zone: never its offset, which changes with the season."""
        variable = {name: value for name, value in scene.environment.items() if self.owns(name)}
        return variable or {"zone": _system_zone()}


def _system_zone() -> str:
    """Return the name of the system's zone (``Europe/Berlin``), or a hash of it where it has none."""
    real = os.path.realpath(_LOCALTIME)
    if "/zoneinfo/" in real:
        return real.partition("/zoneinfo/")[2]
    return hash_file(real) if os.path.isfile(real) else "UTC"
