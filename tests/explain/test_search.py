"""The search finds exactly what was planted, and asks little."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.explain.search import find_all, find_minimal, search_all, without_needless


class Planted:
    """A result that is reached with any of the planted sets; counts the questions."""

    def __init__(self, *sets: set[int]) -> None:
        self.sets = [frozenset(each) for each in sets]
        self.asked: list[frozenset[int]] = []

    def __call__(self, taken: frozenset[int]) -> bool:
        self.asked.append(taken)
        return any(each <= taken for each in self.sets)


def minimal(sets: list[set[int]]) -> set[frozenset[int]]:
    frozen = {frozenset(each) for each in sets}
    return {each for each in frozen if not any(other < each for other in frozen)}


@given(st.data(), st.integers(1, 40))
@settings(deadline=None, max_examples=200)
def test_a_single_planted_set_is_found_with_few_questions(data: st.DataObject, count: int) -> None:
    cause = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=min(5, count)))
    planted = Planted(cause)
    assert find_minimal(range(count), planted) == cause
    assert len(planted.asked) <= len(cause) * (math.ceil(math.log2(count)) + 1)


@given(st.lists(st.sets(st.integers(0, 11), min_size=1, max_size=3), min_size=1, max_size=3))
@settings(deadline=None, max_examples=300)
def test_all_planted_sets_are_found(sets: list[set[int]]) -> None:
    found = find_all(range(12), Planted(*sets), most=100)
    assert set(found) == minimal(sets)
    assert len(found) == len(set(found))


def test_one_cause_among_two_changes_costs_two_questions() -> None:
    planted = Planted({1})
    assert find_all(range(2), planted) == [frozenset({1})]
    assert len(planted.asked) == 2


@given(st.data(), st.integers(1, 64))
@settings(deadline=None, max_examples=200)
def test_nothing_is_asked_twice_and_the_whole_costs_what_is_promised(data: st.DataObject, count: int) -> None:
    cause = data.draw(st.sets(st.integers(0, count - 1), min_size=1, max_size=min(3, count)))
    planted = Planted(cause)
    assert find_all(range(count), planted) == [frozenset(cause)]
    assert len(planted.asked) == len(set(planted.asked))
    assert len(planted.asked) + 2 <= 2 * len(cause) * math.log2(max(count, 2)) + 6


def test_what_only_undoes_another_change_is_left_out_again() -> None:
    def reaches(taken: frozenset[int]) -> bool:  # 0 and 2 disturb, together they do nothing; 1 is the cause
        return 1 in taken and (0 in taken) == (2 in taken)

    assert find_minimal(range(3), reaches) == {0, 1, 2}
    assert find_all(range(3), reaches) == [frozenset({1})]


@given(st.permutations(range(9)))
@settings(deadline=None, max_examples=100)
def test_no_order_of_the_changes_brings_company_in(order: list[int]) -> None:
    def reaches(taken: frozenset[int]) -> bool:  # 1 and 7 are needed, 3 and 5 undo each other
        return {1, 7} <= taken and (3 in taken) == (5 in taken)

    assert find_all(order, reaches) == [frozenset({1, 7})]


def test_each_member_was_left_out_of_what_is_found() -> None:
    planted = Planted({1, 4, 6})
    found = without_needless(frozenset({1, 4, 6}), planted)
    assert found == {1, 4, 6}
    assert {found - {each} for each in found} <= set(planted.asked)


def test_where_either_would_do_both_are_found() -> None:
    assert set(find_all(range(6), Planted({2}, {4}))) == {frozenset({2}), frozenset({4})}


def test_what_is_found_suffices_although_changes_cancel_each_other() -> None:
    def reaches(taken: frozenset[int]) -> bool:  # 3 alone reaches, 3 with 1 does not, 3 with 1 and 5 does again
        return 3 in taken and (1 not in taken or 5 in taken)

    for found in find_all(range(6), reaches):
        assert reaches(found)


def test_no_more_sets_are_looked_for_than_asked() -> None:
    assert len(find_all(range(8), Planted(*({each} for each in range(8))), most=3)) == 3


def test_what_is_about_to_be_asked_is_told_before() -> None:
    planted = Planted({1, 4})
    told: list[frozenset[int]] = []
    assert list(search_all(range(6), planted, told.extend)) == [frozenset({1, 4})]
    everything = frozenset(range(6))
    assert told == [{1}, {4}, everything - {1}, everything - {4}]
    assert planted.asked[-2:] == told[-2:]


def test_a_set_is_handed_out_before_the_search_goes_on() -> None:
    planted = Planted({1}, {4})
    found = search_all(range(6), planted)
    assert next(found) == frozenset({1})
    before = len(planted.asked)
    assert next(found) == frozenset({4})
    assert len(planted.asked) > before


def test_the_only_change_is_the_cause_and_costs_nothing() -> None:
    planted = Planted({3})
    assert find_all([3], planted) == [frozenset({3})]
    assert planted.asked == []


def test_what_stands_first_is_found_first() -> None:
    assert find_minimal([0, 1, 2, 3, 4], Planted({1}, {4})) == {1}
    assert find_minimal([4, 3, 2, 1, 0], Planted({1}, {4})) == {4}


def test_all_changes_may_be_needed_together() -> None:
    everything = set(range(7))
    planted = Planted(everything)
    assert find_all(range(7), planted) == [frozenset(everything)]
    assert all(len(asked) < 7 for asked in planted.asked)


def test_nothing_is_looked_for_where_no_set_is_wanted() -> None:
    planted = Planted({1})
    assert find_all(range(4), planted, most=0) == []
    assert planted.asked == []


def test_sets_that_share_a_change_are_told_apart() -> None:
    assert set(find_all(range(5), Planted({0, 1}, {0, 3}))) == {frozenset({0, 1}), frozenset({0, 3})}


@given(
    st.lists(st.integers(0, 99), min_size=1, max_size=9, unique=True).flatmap(
        lambda changes: st.tuples(st.just(changes), st.sets(st.sampled_from(changes), min_size=1, max_size=3))
    )
)
@settings(deadline=None, max_examples=150)
def test_numbers_need_no_order_and_every_question_is_about_some_of_them(case: tuple[list[int], set[int]]) -> None:
    changes, cause = case
    planted = Planted(cause)
    assert find_all(changes, planted) == [frozenset(cause)]
    assert all(asked and asked <= set(changes) for asked in planted.asked)


def test_nothing_is_told_ahead_about_a_single_cause() -> None:
    told: list[frozenset[int]] = []
    assert list(search_all(range(4), Planted({2}), told.extend)) == [frozenset({2})]
    assert told == []
