"""The components of a training's state: what each is called, and what a person does who has not saved it."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = {
    "checkpoint": "a checkpoint",
    "weights": "the weights",
    "buffers": "the buffers (running statistics)",
    "optimizer": "the optimizer",
    "scheduler": "the scheduler",
    "scaler": "the gradient scaler",
    "ema": "the averaged model (EMA)",
    "model": "another model",
    "state": "an object that has a state",
    "gradients": "the gradients accumulated so far",
    "order": "the position in the data",
    "augmentation": "what the augmentations draw from",
    "generator": "a generator of random numbers",
    "counter": "a counter",
    "variable": "a variable",
    "returned": "what the training returns",
    "unknown": "something that cannot be seen from outside",
}
"""Each kind of component in plain words, in causal order."""

_ADVICE = {
    "checkpoint": "Save into the folder that train is given, and load from it at the start: "
    "Checkpoints(folder).load(model=model, …).",
    "weights": "Save the model: checkpoints.save(…, model={name}), and load it with model={name}.",
    "buffers": "Save the model's whole state_dict(), its buffers included; a buffer registered with persistent=False "
    "is not in it and is saved by itself.",
    "optimizer": "Save the optimizer: checkpoints.save(…, optimizer={name}), and load it with optimizer={name}.",
    "scheduler": "Save the scheduler: checkpoints.save(…, scheduler={name}), and load it with scheduler={name}.",
    "scaler": "Save the scaler: checkpoints.save(…, scaler={name}), and load it with scaler={name}.",
    "ema": "Save the averaged model: checkpoints.save(…, ema={name}), and load it with ema={name}.",
    "model": "Save it beside the first: checkpoints.save(…, {key}={name}).",
    "state": "Save it: checkpoints.save(…, {key}={name}).",
    "gradients": "Save after an optimizer step, where none are left, or save them too: "
    "checkpoints.save(…, gradients=[weight.grad for weight in model.parameters()]), and set them after the load.",
    "order": "Save the loader, loader = make_loader(…): checkpoints.save(…, loader=loader), and load it before the "
    "first batch is taken.",
    "augmentation": "Let each sample draw by itself: samerun.state.stream('augment', sample=index), or load with "
    "make_loader, which seeds the workers' generators for each sample.",
    "generator": "Save the generators and restore them last, after the loader was made: Checkpoints does both.",
    "counter": "Save it: checkpoints.save(step=…, epoch=…), and begin the loops where restored.epoch and "
    "restored.step say.",
    "variable": "Save it beside the model: checkpoints.save(…, {key}={name}).",
    "returned": "Save what it is gathered in, such as the history of metrics, beside the model.",
    "unknown": "Look for state outside of what torch knows: attributes of your own objects, global variables, caches.",
}


@dataclass(frozen=True)
class Component:
    """A part of a training's state that was not as it had been when the training went on.

    Attributes:
        kind: one of ``KINDS``.
        name: the variable that holds it, the generator's library, or the class.
        detail: what of it differs.
    """

    kind: str
    name: str = ""
    detail: str = ""

    @property
    def advice(self) -> str:
        """What a person should do about it."""
        usual = {"weights": "model"}.get(self.kind, self.kind)
        plain = self.name if self.name.replace(".", "_").isidentifier() else usual
        return _ADVICE[self.kind].replace("{name}", plain).replace("{key}", plain.rpartition(".")[2])

    def __str__(self) -> str:
        name = f" `{self.name}`" if self.name and self.name != self.kind else ""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{KINDS[self.kind]}{name}{detail}"


def in_causal_order(components: list[Component]) -> tuple[Component, ...]:
    """Return components as one follows from another; those of one kind as they were found."""
    places = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(components, key=lambda one: places[one.kind]))
