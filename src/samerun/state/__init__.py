"""For programs that ask: the same start, the same state. Seeds, determinism, loaders, checkpoints, exact resume.

Names are loaded on their first use; nothing of torch is imported before a name that is about torch is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from samerun.basics.lazy import lazy_names

if TYPE_CHECKING:
    from samerun.state.checkpoints import Checkpoints
    from samerun.state.classic import ClassicPipeline
    from samerun.state.derive import derive_seed
    from samerun.state.determinism import deterministic
    from samerun.state.effective import determinism_report
    from samerun.state.generators.jax import jax_key
    from samerun.state.initialising import initialise
    from samerun.state.loader import Loader, make_loader
    from samerun.state.ordering import shuffled
    from samerun.state.preprocessing import Preprocessing, first_different_step
    from samerun.state.repeating import verify_determinism
    from samerun.state.resume import check_resume
    from samerun.state.sampler import EpochSampler
    from samerun.state.scoped import seeded
    from samerun.state.seeds import seed_everything
    from samerun.state.streams import stream, torch_stream
    from samerun.state.worker import seed_worker

__all__ = [
    "Checkpoints",
    "ClassicPipeline",
    "EpochSampler",
    "Loader",
    "Preprocessing",
    "check_resume",
    "derive_seed",
    "determinism_report",
    "deterministic",
    "first_different_step",
    "initialise",
    "jax_key",
    "make_loader",
    "seed_everything",
    "seed_worker",
    "seeded",
    "shuffled",
    "stream",
    "torch_stream",
    "verify_determinism",
]

__getattr__ = lazy_names(
    __name__,
    {
        "Checkpoints": "samerun.state.checkpoints:Checkpoints",
        "ClassicPipeline": "samerun.state.classic:ClassicPipeline",
        "EpochSampler": "samerun.state.sampler:EpochSampler",
        "Loader": "samerun.state.loader:Loader",
        "Preprocessing": "samerun.state.preprocessing:Preprocessing",
        "check_resume": "samerun.state.resume:check_resume",
        "derive_seed": "samerun.state.derive:derive_seed",
        "determinism_report": "samerun.state.effective:determinism_report",
        "deterministic": "samerun.state.determinism:deterministic",
        "first_different_step": "samerun.state.preprocessing:first_different_step",
        "initialise": "samerun.state.initialising:initialise",
        "jax_key": "samerun.state.generators.jax:jax_key",
        "make_loader": "samerun.state.loader:make_loader",
        "seed_everything": "samerun.state.seeds:seed_everything",
        "seed_worker": "samerun.state.worker:seed_worker",
        "seeded": "samerun.state.scoped:seeded",
        "shuffled": "samerun.state.ordering:shuffled",
        "stream": "samerun.state.streams:stream",
        "torch_stream": "samerun.state.streams:torch_stream",
        "verify_determinism": "samerun.state.repeating:verify_determinism",
    },
)
