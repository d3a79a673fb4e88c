"""Which data was it: the identity of files, folders and tables by content, their verification and difference.

Names are loaded on their first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names

if TYPE_CHECKING:
    from samerun.data.differing import diff
    from samerun.data.identity import hash_file, hash_tree
    from samerun.data.leakage import check_leakage
    from samerun.data.locking import lock
    from samerun.data.splits import part_of, split
    from samerun.data.table_changes import changed_rows
    from samerun.data.table_hash import hash_table, summarise_table
    from samerun.data.verifying import verify

__all__ = [
    "changed_rows",
    "check_leakage",
    "diff",
    "hash_file",
    "hash_table",
    "hash_tree",
    "lock",
    "part_of",
    "split",
    "summarise_table",
    "verify",
]

__getattr__ = lazy_names(
    __name__,
    {
        "changed_rows": "samerun.data.table_changes:changed_rows",
        "check_leakage": "samerun.data.leakage:check_leakage",
        "diff": "samerun.data.differing:diff",
        "hash_file": "samerun.data.identity:hash_file",
        "hash_table": "samerun.data.table_hash:hash_table",
        "hash_tree": "samerun.data.identity:hash_tree",
        "lock": "samerun.data.locking:lock",
        "part_of": "samerun.data.splits:part_of",
        "split": "samerun.data.splits:split",
        "summarise_table": "samerun.data.table_hash:summarise_table",
        "verify": "samerun.data.verifying:verify",
    },
)
