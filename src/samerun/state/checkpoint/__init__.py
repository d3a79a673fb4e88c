"""How a checkpoint is written, read, checked and put back; ``samerun.state.checkpoints`` joins the pieces."""

from __future__ import annotations

from samerun.basics.lazy import lazy_names

# Of torch.distributed.checkpoint, which takes half a second to import and serves sharded models alone.
__getattr__ = lazy_names(
    __name__,
    {
        "Reader": "samerun.state.checkpoint.sharding:Reader",
        "read_shards": "samerun.state.checkpoint.sharding:read_shards",
        "write_shards": "samerun.state.checkpoint.sharding:write_shards",
    },
)
