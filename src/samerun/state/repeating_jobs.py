"""What is repeated: a function, a torch model trained by plain steps, or an estimator that is fitted."""

from __future__ import annotations

import copy
import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

from samerun.errors import CannotVerify
from samerun.state import batches
from samerun.state.ledger import Ledger

Job = Callable[[Ledger], None]
"""Runs the training once and notes what its watcher cannot see."""

_ANSWERS = ("predict", "predict_proba", "decision_function", "transform")
_LEARNING_RATE = 0.01


def job_of(subject: Any, data: object, steps: int, loss: Any, optimizer: Any) -> Job:
    """Return what is to be run again and again.

    Args:
        subject: a torch module, an estimator with ``fit``, or a function.
        data: what it is given.
        steps: how many steps a torch module is trained for.
        loss: for a torch module; see ``verify_determinism``.
        optimizer: for a torch module; see ``verify_determinism``.

    Raises:
        CannotVerify: it is none of these, or takes other arguments.
    """
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(subject, torch.nn.Module):
        return _module_job(subject, batches.take(data, steps), loss, optimizer)
    if loss is not None or optimizer is not None:
        raise CannotVerify("A loss and an optimizer are for a torch module.", "Leave them out, or give the module.")
    if hasattr(subject, "fit") and not isinstance(subject, type):
        return _fitting_job(subject, data)
    if not callable(subject):
        raise CannotVerify(
            f"A {type(subject).__name__} cannot be run.", "Give a function, a torch module or an estimator."
        )
    return _function_job(subject, data)


def _function_job(train: Callable[..., object], data: object) -> Job:
    takes_data = data is not None or _needed(train) == 1
    if _needed(train) > 1:
        raise CannotVerify(
            f"{getattr(train, '__name__', 'The function')} needs {_needed(train)} arguments.",
            "Give a function of the data alone, such as lambda data: train(make_model(), data).",
        )
    given = batches.for_each_run(data)

    def run(ledger: Ledger) -> None:
        result = train(batches.for_this_run(given)) if takes_data else train()
        if result is not None:
            ledger.note("result", "result", result)

    return run


def _needed(train: Callable[..., object]) -> int:
    """Return how many arguments a function cannot do without."""
    try:
        parameters = inspect.signature(train).parameters.values()
    except (TypeError, ValueError):  # a function written in C may have none
        return 1
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(one.default is inspect.Parameter.empty and one.kind in positional for one in parameters)


def _fitting_job(estimator: Any, data: object) -> Job:
    given = data if isinstance(data, tuple) else (data,)

    def run(ledger: Ledger) -> None:
        fresh = copy.deepcopy(estimator)
        inputs = copy.deepcopy(given)
        fresh.fit(*inputs)
        ledger.note("fitted", "", fresh)
        for name in _ANSWERS:
            answer = getattr(fresh, name, None)
            if callable(answer):
                ledger.note("output", name, answer(inputs[0]))

    return run


def _module_job(model: Any, given: list[Any], loss: Any, optimizer: Any) -> Job:
    torch = sys.modules["torch"]
    weights = [one for one in model.parameters() if one.requires_grad]
    device = next((one.device for one in [*model.parameters(), *model.buffers()]), torch.device("cpu"))

    def run(ledger: Ledger) -> None:
        stepping = _optimizer(torch, optimizer, weights)
        for batch in given:
            inputs, target = _inputs_and_target(batches.placed(batch, device))
            output = model(**inputs) if isinstance(inputs, Mapping) else model(inputs)
            if stepping is None:
                ledger.next_step()
                continue
            stepping.zero_grad()
            value = _loss_of(torch, output) if loss is None else loss(output, target)
            ledger.note("loss", "loss", value)
            value.backward()
            stepping.step()

    return run


def _optimizer(torch: Any, given: Any, weights: list[Any]) -> Any:
    """Return the caller's optimizer, what his function makes of the weights, or plain SGD; None without weights."""
    if not weights:
        return None
    if given is None:
        return torch.optim.SGD(weights, lr=_LEARNING_RATE)
    return given if isinstance(given, torch.optim.Optimizer) else given(weights)


def _inputs_and_target(batch: Any) -> tuple[Any, Any]:
    if isinstance(batch, list | tuple) and len(batch) == 2:
        return batch[0], batch[1]
    return (batch[0] if isinstance(batch, list | tuple) and len(batch) == 1 else batch), batch


def _loss_of(torch: Any, output: Any) -> Any:
    """Return the loss that a model gives by itself, or the mean of all the numbers in what it returns."""
    own = output.get("loss") if isinstance(output, Mapping) else getattr(output, "loss", None)
    if isinstance(own, torch.Tensor):
        return own
    floating = [one for one in _tensors(torch, output) if one.is_floating_point() or one.is_complex()]
    if not floating:
        raise CannotVerify("The model returns no numbers of which a loss could be made.", "Give loss=function.")
    return sum(one.abs().mean() if one.is_complex() else one.mean() for one in floating)


def _tensors(torch: Any, value: Any) -> list[Any]:
    if isinstance(value, torch.Tensor):
        return [value]
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
    return [tensor for one in inner for tensor in _tensors(torch, one)]
