"""The time zone."""

from __future__ import annotations

import os
from collections.abc import Iterator

from samerun.basics.hashing import hash_file
from samerun.factors.factor import Scene, Variables
from samerun.record.values import Reading, Values

_LOCALTIME = "/etc/localtime"
_ZONES = "/usr/share/zoneinfo"

OTHERS = (("Pacific/Kiritimati", "<+14>-14"), ("Pacific/Pago_Pago", "<-11>+11"))
"""The zones that are furthest ahead and behind, with how they are written where no table of zones is installed.

At any moment one of the two has another date than the zone in between.
"""


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

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield two zones in which it is another hour, and in one of them another day."""
        for name, rule in OTHERS:
            zone = name if os.path.isfile(os.path.join(_ZONES, name)) else rule
            if values.get("TZ", values.get("zone")) != zone:
                yield {"TZ": zone}


def _system_zone() -> str:
    """Return the name of the system's zone (``Europe/Berlin``), or a hash of it where it has none."""
    real = os.path.realpath(_LOCALTIME)
    if "/zoneinfo/" in real:
        return real.partition("/zoneinfo/")[2]
    return hash_file(real) if os.path.isfile(real) else "UTC"
