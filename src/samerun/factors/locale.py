"""The locale: language, number format, sort order, file encoding."""

from __future__ import annotations

from samerun.factors.factor import Variables


class Locale(Variables):
    """``LANG``, ``LANGUAGE`` and ``LC_*``, with Python's own switches for encodings."""

    kind = "locale"
    names = ("LANG", "LANGUAGE", "LC_*", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCECLOCALE")
    advised = "pass `encoding=` where files are opened, and sort without the locale"
