from __future__ import annotations

from dataclasses import replace

from samerun.state.batch_order import Handed
from samerun.state.resume_judging import aligned, first_resumed_step, missing_components, same_step
from samerun.state.step_ledger import Step


def step(weights: int, *, inputs: bytes | None = None, order: int | None = None, **others: bytes) -> Step:
    """A step by its weights; its input follows from the weights unless another is given."""
    found = {("weights", "model", "w"): bytes([weights])}
    found |= {(kind, kind, "x"): value for kind, value in others.items()}
    given = bytes([weights]) if inputs is None else inputs
    handed = () if order is None else (Handed(bytes([order]), order),)
    return Step(found, {}, (given,), frozenset([given]), handed, bytes([weights]))


WHOLE = [step(number) for number in range(1, 9)]


def names(whole: list[Step], resumed: list[Step], first: int, interrupted: list[Step] | None = None) -> list[str]:
    found, _ = missing_components(whole, whole[:5] if interrupted is None else interrupted, resumed, first)
    return [component.kind for component in found]


def test_the_place_by_the_weights_and_the_count_of_steps() -> None:
    assert first_resumed_step(WHOLE, WHOLE[4:], 5) == 5
    assert first_resumed_step(WHOLE, WHOLE[2:], 5) == 3


def test_the_count_decides_where_the_weights_are_no_help() -> None:
    other = [replace(one, found={("weights", "model", "w"): b"?"}) for one in WHOLE[4:]]
    assert first_resumed_step(WHOLE, other, 5) == 5
    beginning = [replace(one, found=WHOLE[0].found) for one in WHOLE[4:]]
    assert first_resumed_step(WHOLE, beginning, 5) == 5
    still = [replace(one, found=WHOLE[0].found) for one in WHOLE]  # a learning rate of zero
    assert first_resumed_step(still, still[4:], 5) == 5


def test_the_weights_decide_where_too_many_steps_are_made() -> None:
    assert first_resumed_step(WHOLE, [*WHOLE[4:], *WHOLE[:4]], 5) == 5


def test_a_training_that_begins_again_has_no_place() -> None:
    assert first_resumed_step(WHOLE, WHOLE, 5) is None
    assert first_resumed_step(WHOLE, [*WHOLE, *WHOLE], 5) is None


def test_the_inputs_decide_where_nothing_else_does() -> None:
    lost = [replace(WHOLE[3], found={("weights", "model", "w"): b"?"})] * 9
    assert first_resumed_step(WHOLE, lost, 5) == 4
    nowhere = [step(99)] * 9
    assert first_resumed_step(WHOLE, nowhere, 5) == 6


def test_nothing_is_missing_where_all_is_the_same() -> None:
    assert missing_components(WHOLE, WHOLE[:5], WHOLE[4:], 5) == ((), None)
    assert same_step(WHOLE[0], WHOLE[0])
    assert not same_step(WHOLE[0], WHOLE[1])


def test_every_part_of_the_state_that_differs_is_named_in_causal_order() -> None:
    whole = [step(n, optimizer=b"a", generator=b"a", buffers=b"a") for n in range(1, 9)]
    resumed = [step(n, optimizer=b"b", generator=b"b", buffers=b"b") for n in range(5, 9)]
    assert names(whole, resumed, 5) == ["buffers", "optimizer", "generator"]


def test_settings_that_a_scheduler_makes_are_the_schedulers() -> None:
    setting, state = ("optimizer", "adam", "lr of group 0"), ("optimizer", "adam", "state of w")
    schedule = ("scheduler", "s", "last_epoch")

    def with_settings(one: Step, *values: bytes) -> Step:
        return replace(one, found={**one.found, **dict(zip((setting, state, schedule), values, strict=True))})

    whole = [with_settings(one, b"a", b"a", b"a") for one in WHOLE]
    assert names(whole, [with_settings(one, b"b", b"a", b"b") for one in WHOLE[4:]], 5) == ["scheduler"]
    assert names(whole, [with_settings(one, b"b", b"a", b"a") for one in WHOLE[4:]], 5) == ["optimizer"]
    assert names(whole, [with_settings(one, b"b", b"b", b"b") for one in WHOLE[4:]], 5) == ["optimizer", "scheduler"]


def test_an_averaged_model_that_is_right_again_a_step_later_was_no_loss() -> None:
    whole = [step(n, ema=bytes([n])) for n in range(1, 9)]
    healed = [replace(whole[4], found={**whole[4].found, ("ema", "ema", "x"): b"?"}), *whole[5:]]
    assert names(whole, healed, 5) == []
    lost = [replace(one, found={**one.found, ("ema", "ema", "x"): b"?"}) for one in whole[4:]]
    assert names(whole, lost, 5) == ["ema"]


def test_other_samples_are_the_order_and_other_numbers_the_augmentation() -> None:
    whole = [step(n, order=n, generator=b"a") for n in range(1, 9)]
    elsewhere = [replace(one, handed=WHOLE_HANDED, inputs=(b"?",)) for one in whole[4:]]
    assert names(whole, elsewhere, 5) == ["order"]
    changed = [replace(one, inputs=(b"?",), rows=frozenset([b"?"])) for one in whole[4:]]
    assert names(whole, changed, 5) == ["augmentation"]


WHOLE_HANDED = (Handed(b"?", 1),)


def test_without_indices_the_samples_are_known_by_their_content() -> None:
    seen_before = [replace(WHOLE[0], found=one.found) for one in WHOLE[4:]]
    assert names(WHOLE, seen_before, 5) == ["order"]
    never_seen = [replace(one, inputs=(b"?",), rows=frozenset([b"?"])) for one in WHOLE[4:]]
    assert names(WHOLE, never_seen, 5) == ["augmentation"]


def test_a_generator_explains_what_is_drawn_from_it() -> None:
    whole = [step(n, order=n, generator=b"a") for n in range(1, 9)]
    drew = {("generator", "generator", "x"): b"b"}
    changed = [replace(one, inputs=(b"?",), found={**one.found, **drew}) for one in whole[4:]]
    assert names(whole, changed, 5) == ["generator"]
    begins = [replace(one, handed=(Handed(b"o", 1),)) for one in whole]
    shuffled = [
        replace(one, inputs=(b"?",), handed=(Handed(b"?", 1),), found={**one.found, **drew}) for one in begins[4:]
    ]
    assert names(begins, shuffled, 5) == ["generator"]


def with_variables(steps: list[Step], **values: list[bytes]) -> list[Step]:
    return [replace(one, variables={name: column[n] for name, column in values.items()}) for n, one in enumerate(steps)]


def test_counters_are_named_where_the_order_is_wrong() -> None:
    epochs = [bytes([n // 4]) for n in range(8)]
    whole = with_variables(WHOLE, epoch=epochs, path=[b"same"] * 8)
    wrong = [replace(WHOLE[0], found=one.found) for one in WHOLE[4:]]
    resumed = with_variables(wrong, epoch=[b"?"] * 4, path=[b"other"] * 4)
    assert names(whole, resumed, 5, whole[:5]) == ["order", "counter"]


def test_a_variable_is_named_only_where_nothing_else_explains() -> None:
    weighting = [bytes([n]) for n in range(8)]
    clock = [bytes([n]) for n in range(8)]
    whole = with_variables(WHOLE, weighting=weighting, clock=clock)
    interrupted = with_variables(WHOLE[:5], weighting=weighting, clock=[b"!"] * 5)
    resumed = with_variables(
        [replace(one, gradients=b"?") for one in WHOLE[4:]], weighting=[b"?"] * 4, clock=[b"?"] * 4
    )
    found, at = missing_components(whole, interrupted, resumed, 5)
    assert [(one.kind, one.name) for one in found] == [("variable", "weighting")]
    assert at == 5
    unknown, _ = missing_components(WHOLE, WHOLE[:5], [replace(one, gradients=b"?") for one in WHOLE[4:]], 5)
    assert [one.kind for one in unknown] == ["unknown"]


def test_what_shows_later_is_found_later() -> None:
    resumed = [*WHOLE[4:6], replace(WHOLE[6], inputs=(b"?",), rows=frozenset([b"?"])), WHOLE[7]]
    found, at = missing_components(WHOLE, WHOLE[:5], resumed, 5)
    assert ([one.kind for one in found], at) == (["augmentation"], 7)


def test_a_part_in_another_variable_is_the_same_part() -> None:
    whole = [replace(one, found={**one.found, ("optimizer", "adam", "x"): b"a"}) for one in WHOLE]
    moved = [replace(one, found={**one.found, ("optimizer", "part", "x"): b"a"}) for one in WHOLE[4:]]
    assert names(whole, moved, 5) == []
    lost = [replace(one, found={**one.found, ("optimizer", "part", "x"): b"b"}) for one in WHOLE[4:]]
    found, _ = missing_components(whole, whole[:5], lost, 5)
    assert [(one.kind, one.name) for one in found] == [("optimizer", "adam")]


def accumulated(number: int, count: int, **others: bytes) -> Step:
    """The last ``count`` of the three batches of a step."""
    batches = tuple(bytes([number, part]) for part in range(3))[-count:]
    return replace(step(number, **others), inputs=batches)


def test_a_step_that_was_gone_on_with_within_it_is_held_against_its_rest() -> None:
    whole = [accumulated(number, 3, generator=b"a", optimizer=b"o") for number in range(1, 9)]
    drawn = accumulated(5, 1, generator=b"b", optimizer=b"o")  # two batches have drawn meanwhile
    assert same_step(*aligned(whole[4], drawn))
    assert names(whole, [drawn, *whole[5:]], 5) == []
    assert not same_step(*aligned(whole[4], accumulated(4, 1)))
    other = replace(drawn, found={**drawn.found, ("optimizer", "optimizer", "x"): b"?"})
    assert names(whole, [other, *whole[5:]], 5) == ["optimizer"]


def test_other_gradients_within_a_step_hang_on_what_the_next_one_finds_or_were_not_saved() -> None:
    whole = [accumulated(number, 3, generator=b"a") for number in range(1, 9)]
    wrong = replace(accumulated(5, 1, generator=b"b"), gradients=b"?")
    assert names(whole, [wrong], 5) == ["gradients"]
    assert names(whole, [wrong, *whole[5:]], 5) == ["gradients"]
    drew = [replace(one, found={**one.found, ("generator", "generator", "x"): b"b"}) for one in whole[5:]]
    assert names(whole, [wrong, *drew], 5) == ["generator"]


def test_what_a_lost_model_gives_to_the_next_one_is_no_other_data() -> None:
    whole = [replace(step(n, generator=b"a"), inputs=(bytes([n]), b"made")) for n in range(1, 9)]
    lost = [replace(one, found={**one.found, ("weights", "model", "w"): b"?"}) for one in whole[4:]]
    other = [replace(one, inputs=(one.inputs[0], b"otherwise")) for one in lost]
    assert names(whole, other, 5) == ["weights"]
    begun = [replace(one, inputs=(b"?", b"otherwise"), rows=frozenset([b"?"])) for one in lost]
    assert names(whole, begun, 5) == ["weights", "augmentation"]


def handing(number: int, content: bytes) -> Step:
    """A step whose input the program made of a batch that has no indices."""
    return replace(step(number, inputs=bytes([number, 0])), handed=(Handed(None, number, content),))


def test_a_batch_without_indices_is_known_by_what_the_loader_gave() -> None:
    whole = [handing(number, bytes([number])) for number in range(1, 9)]
    made = {"inputs": (b"?",), "rows": frozenset([b"?"])}
    earlier = [replace(one, handed=whole[0].handed, **made) for one in whole[4:]]
    assert names(whole, earlier, 5) == ["order"]
    same = [replace(one, **made) for one in whole[4:]]
    assert names(whole, same, 5) == ["augmentation"]
    unknown = [replace(one, handed=(Handed(None, 5, b"never"),), **made) for one in whole[4:]]
    assert names(whole, unknown, 5) == ["augmentation"]
