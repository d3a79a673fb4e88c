"""The locale: language, number format, sort order, file encoding."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from functools import cache

from samerun.factors.factor import Variables
from samerun.record.values import Values

_ASCII = {
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "utf-8:surrogateescape",  # the terminal's encoding is not what is asked about
}
"""A system on which text files are not UTF-8: what Python does there by itself to hide it is switched off."""

_LANGUAGES = ("de", "fr", "tr", "sv", "cs", "en")
"""Those that write numbers or sort letters otherwise than most programs expect, the likeliest to matter first."""


class Locale(Variables):
    """``LANG``, ``LANGUAGE`` and ``LC_*``, with Python's own switches for encodings."""

    kind = "locale"
    names = ("LANG", "LANGUAGE", "LC_*", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE")
    advised = "pass `encoding=` where files are opened, and sort without the locale"

    def variations(self, values: Values) -> Iterator[Values]:
        """Yield another language, if one is installed, and a system whose files are not UTF-8."""
        now = str(values.get("LC_ALL") or values.get("LC_CTYPE") or values.get("LANG") or "C")
        other = _another(now, installed())
        if other:
            yield {**{name: value for name, value in values.items() if name.startswith("PYTHON")}, "LC_ALL": other}
        yield dict(_ASCII)


def _another(now: str, names: tuple[str, ...]) -> str:
    """Return an installed locale in UTF-8 whose language is another; empty where there is none."""
    languages = [language for language in _LANGUAGES if language != now[:2]]
    found = [
        name
        for language in languages
        for name in names
        if name.startswith(language + "_") and name.lower().endswith(("utf8", "utf-8"))
    ]
    plain = next((name for name in names if name.lower().startswith("c.utf")), "")
    return found[0] if found else plain if now.partition(".")[0] not in ("C", "POSIX") else ""


@cache
def installed() -> tuple[str, ...]:
    """Return the names of the locales that this system has, as ``locale -a`` lists them; none where it cannot say."""
    try:
        done = subprocess.run(
            ["locale", "-a"], capture_output=True, text=True, errors="replace", timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(done.stdout.split())
