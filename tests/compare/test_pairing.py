"""Which output belongs to which."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from samerun.compare.pairing import pair_outputs
from samerun.record.missing import Missing
from samerun.record.output import Output


def out(path: str, content: str = "same") -> Output:
    return Output(path, "text", 1, content, path)


def paired(a: list[Output], b: list[Output]) -> list[tuple[str | None, str | None]]:
    return [(left and left.path, right and right.path) for left, right in pair_outputs(a, b)]


def test_equal_paths_come_first() -> None:
    assert paired([out("b", "1"), out("a", "2")], [out("a", "1"), out("b", "2")]) == [("b", "b"), ("a", "a")]


def test_what_one_alone_has_stays_alone() -> None:
    assert paired([out("a")], [out("b")]) == [("a", None), (None, "b")]
    assert paired([], []) == []


def test_names_that_differ_in_a_time_a_uuid_or_a_version_are_paired() -> None:
    left = [out("runs/20240102_030405/m.json"), out("x/0b0b0b0b-1111-2222-3333-444444444444.txt"), out("version_0/a")]
    right = [out("runs/20250607_080910/m.json"), out("x/0c0c0c0c-1111-2222-3333-444444444444.txt"), out("version_7/a")]
    assert paired(left, right) == [(a.path, b.path) for a, b in zip(left, right, strict=True)]


def test_where_several_share_a_pattern_content_decides() -> None:
    left = [out("run_1/a", "one"), out("run_2/a", "two")]
    right = [out("run_3/a", "two"), out("run_4/a", "one")]
    assert paired(left, right) == [("run_1/a", "run_4/a"), ("run_2/a", "run_3/a")]


def test_what_is_ambiguous_stays_alone() -> None:
    left = [out("run_1/a", "same"), out("run_2/a", "same")]
    right = [out("run_3/a", "same"), out("run_4/a", "same")]
    assert paired(left, right) == [
        ("run_1/a", None),
        ("run_2/a", None),
        (None, "run_3/a"),
        (None, "run_4/a"),
    ]


def test_two_unknown_contents_are_no_evidence() -> None:
    def unknown(path: str) -> Output:
        return Output(path, "text", 1, Missing("gone"), Missing("gone"))

    left, right = [unknown("run_1/a"), out("run_2/a", "x")], [unknown("run_3/a"), out("run_4/a", "y")]
    assert ("run_1/a", "run_3/a") not in paired(left, right)


PATHS = st.lists(
    st.builds(
        out,
        st.sampled_from(
            ["a", "run_1/a", "run_2/a", "run_3/a", "v1.txt", "v2.txt", "20240102_030405.log", "20250102_030405.log"]
        ),
        st.sampled_from(["x", "y"]),
    ),
    max_size=7,
    unique_by=lambda output: output.path,
)


@settings(deadline=None, max_examples=200)
@given(PATHS, PATHS)
def test_each_output_appears_once_and_the_order_is_kept(a: list[Output], b: list[Output]) -> None:
    pairs = pair_outputs(a, b)
    assert [left for left, _ in pairs if left] == a
    assert sorted(right.path for _, right in pairs if right) == sorted(each.path for each in b)
    assert all(left or right for left, right in pairs)


@settings(deadline=None, max_examples=100)
@given(PATHS, PATHS)
def test_it_does_not_matter_which_run_comes_first(a: list[Output], b: list[Output]) -> None:
    there = {(left and left.path, right and right.path) for left, right in pair_outputs(a, b)}
    back = {(left and left.path, right and right.path) for right, left in pair_outputs(b, a)}
    assert there == back


@settings(deadline=None, max_examples=50)
@given(PATHS)
def test_a_run_pairs_with_itself(a: list[Output]) -> None:
    assert pair_outputs(a, a) == [(each, each) for each in a]
