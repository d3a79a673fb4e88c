"""The time zone."""

from __future__ import annotations

import time

from samerun.factors.factor import Scene, Variables
from samerun.record.values import Reading


class Timezone(Variables):
    """``TZ``, and the zone in force."""

    kind = "timezone"
    names = ("TZ",)
    advised = "use UTC in the program (`datetime.now(timezone.utc)`), or set TZ"

    def read(self, scene: Scene) -> Reading:
        """Return the variable, where it is set, and the zone's abbreviation and offset."""
        offset = time.localtime().tm_gmtoff
        return {**super().read(scene), "zone": f"{time.strftime('%Z')} {offset:+d} s"}  # type: ignore[dict-item]
