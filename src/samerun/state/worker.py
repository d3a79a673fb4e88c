"""Workers of a plain ``DataLoader``, each with numbers of its own: ``worker_init_fn=seed_worker``.

torch seeds a worker with ``base + worker``: the next base may be the neighbour of this one, python's and torch's
generator take 32 bits of it, and other libraries get nothing at all.
"""

from __future__ import annotations

from torch.utils.data import get_worker_info

from samerun.errors import BadOption
from samerun.state import layers
from samerun.state.current import current, set_current
from samerun.state.derive import derive_seed
from samerun.state.loading.ranks import rank_and_world


def seed_worker(worker_id: int) -> None:
    """Seed every library in this worker, those imported later too, from (seed of the loader, rank, worker, epoch).

    The seed of the loader is what torch draws at each ``iter()``, from the loader's ``generator`` if it has one, else
    from the training's: so it is another one each epoch, and the numbers of a worker depend on how many there are.
    ``make_loader`` needs neither.

    Args:
        worker_id: the worker, as torch gives it.

    Raises:
        BadOption: it was called somewhere else than in a worker.
    """
    worker = get_worker_info()
    if worker is None:
        raise BadOption("seed_worker was called outside of a worker.", "Give it as worker_init_fn=seed_worker.")
    base = worker.seed - worker_id
    rank, world = rank_and_world(None, None)
    before = current()
    place = rank if world > 1 else None
    # A key of its own for the seed of a run, so that worker 0 does not begin as stream() of the same seed would.
    mixed = derive_seed(base, rank=place, worker=worker_id, epoch=before.epoch, purpose="worker")
    layers.begin(mixed, None)
    seed = base if before.seed is None else before.seed
    set_current(seed=seed, rank=place if before.rank is None else before.rank, worker=worker_id)
