"""Which data was it: the identity of files, folders and tables by content, their verification and difference.

Names are loaded on their first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names

if TYPE_CHECKING:
    from samerun.data.croissant import write_croissant
    from samerun.data.differing import diff
    from samerun.data.dvc_verifying import verify_dvc
    from samerun.data.hf_datasets import read_hf_dataset
    from samerun.data.hf_hub import read_hub_snapshot
    from samerun.data.identity import hash_file, hash_tree
    from samerun.data.leakage import check_leakage
    from samerun.data.locking import lock
    from samerun.data.remote_locking import lock_remote, verify_remote
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
    "lock_remote",
    "part_of",
    "read_hf_dataset",
    "read_hub_snapshot",
    "split",
    "summarise_table",
    "verify",
    "verify_dvc",
    "verify_remote",
    "write_croissant",
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
        "lock_remote": "samerun.data.remote_locking:lock_remote",
        "part_of": "samerun.data.splits:part_of",
        "read_hf_dataset": "samerun.data.hf_datasets:read_hf_dataset",
        "read_hub_snapshot": "samerun.data.hf_hub:read_hub_snapshot",
        "split": "samerun.data.splits:split",
        "summarise_table": "samerun.data.table_hash:summarise_table",
        "verify": "samerun.data.verifying:verify",
        "verify_dvc": "samerun.data.dvc_verifying:verify_dvc",
        "verify_remote": "samerun.data.remote_locking:verify_remote",
        "write_croissant": "samerun.data.croissant:write_croissant",
    },
)
