"""Which file an SQLite connection is to, by what it was asked for."""

from __future__ import annotations


def file_of(name: str) -> tuple[str, bool]:
    """Return the path of a database, empty for one in memory, and whether it may be written.

    Args:
        name: the first argument of ``sqlite3.connect``: a path or a URI (``file:exp.db?mode=ro``).
    """
    plain, _, query = name.partition("?")
    if plain.startswith("file:"):
        plain = plain[len("file:") :]
        plain = plain[2:] if plain.startswith("///") else plain
    elif query:
        plain, query = name, ""
    if plain.startswith(":") or "mode=memory" in query:
        return "", False
    return plain, "mode=ro" not in query and "immutable=1" not in query
