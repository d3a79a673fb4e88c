"""Files of the folder that git does not know and does not ignore, too big for code, that nothing was seen reading.

They are kept as inputs are: the program may have handed them to something that nobody saw reading.
"""

from __future__ import annotations

from collections.abc import Container

from msgspec import structs

from samerun.launch.ground import Ground
from samerun.launch.keeping import Keeper
from samerun.launch.tree import MAX_CODE_BYTES, Tree
from samerun.record.files import FileFact
from samerun.record.missing import Missing


class Unread:
    """Takes such files when the program has ended.

    Args:
        tree: the folder before the start; its facts are completed in place.
        ground: where the program runs.
        keeper: the way into the store.
    """

    def __init__(self, tree: Tree, ground: Ground, keeper: Keeper) -> None:
        self._tree = tree
        self._ground = ground
        self._keeper = keeper

    def take_all(self, read: Container[str]) -> None:
        """Take those that are not among the files that were read."""
        for name, fact in self._tree.files.items():
            if _is_big(fact) and name not in read:
                self._tree.files[name] = self._taken(name, fact)

    def _taken(self, name: str, fact: FileFact) -> FileFact:
        why = self._keeper.why_not(fact.size)
        if why:  # nothing read it: that it is there is enough
            return structs.replace(fact, why=why)
        kept = self._keeper.keep_input(self._ground.on_disk(name), self._tree.keys[name])
        if isinstance(kept.hash, Missing):
            return structs.replace(fact, why=kept.hash.why)
        return structs.replace(fact, hash=kept.hash, why=kept.why, kept=kept.kept, secret=kept.secret)


def _is_big(fact: FileFact) -> bool:
    return fact.size > MAX_CODE_BYTES and fact.hash is None and fact.state == "untracked" and not fact.blob
