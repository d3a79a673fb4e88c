"""Outputs held against each other: by hash first, then by what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from samerun.basics.files import resolve_inside
from samerun.compare.pairing import Pair, pair_outputs
from samerun.errors import UnsafePath
from samerun.outputs import compare_files
from samerun.outputs.comparing import Comparing
from samerun.outputs.volatile import normalise_name, own
from samerun.record.difference import Difference, identical
from samerun.record.missing import Missing
from samerun.record.output import Output, OutputComparison
from samerun.record.run import Run
from samerun.record.verdict import Verdict

PRINTED = "(printed text)"
"""The name under which printed text is compared where a run left nothing else."""

STDOUT = "logs/stdout.log"


@dataclass(frozen=True)
class Side:
    """One run and the folder that holds its copies."""

    run: Run
    folder: Path


def compare_outputs(a: Side, b: Side, comparing: Comparing) -> list[OutputComparison]:
    """Return one comparison for each output of either run; printed text counts where neither left anything else."""
    pairs = pair_outputs(a.run.outputs, b.run.outputs)
    compared = [_compare(pair, a, b, comparing) for pair in pairs]
    if compared or a.run.metrics or b.run.metrics:
        return compared
    return _compare_printed(a, b, comparing)


def _compare(pair: Pair, a: Side, b: Side, comparing: Comparing) -> OutputComparison:
    left, right = pair
    if left is None or right is None:
        return _alone(left, right)
    if left.hash == right.hash and not isinstance(left.hash, Missing):
        return _result(left, right, identical(left.kind))
    if left.link is not None and right.link is not None:
        return _result(left, right, _compare_links(left.link, right.link, comparing))
    paths = [_copy(side, output) for side, output in ((a, left), (b, right))]
    if isinstance(paths[0], Missing) or isinstance(paths[1], Missing):
        why = next(path.why for path in paths if isinstance(path, Missing))
        return _result(
            left, right, Difference(left.kind, "different", f"their contents differ and cannot be compared: {why}")
        )
    return _result(left, right, compare_files(left.path, paths[0], paths[1], comparing))


def _compare_links(left: str, right: str, comparing: Comparing) -> Difference:
    """Compare where two links lead to: ``latest`` may lead to a folder that each run named for itself."""
    sides = (own(left, comparing.a), comparing.a.run_id), (own(right, comparing.b), comparing.b.run_id)
    one, other = (normalise_name(target, run_id) for target, run_id in sides)
    verdict: Verdict = "equivalent" if one == other else "different"
    return Difference("link", verdict, f"a link to {left} -> a link to {right}")


def _alone(left: Output | None, right: Output | None) -> OutputComparison:
    """Return the comparison of an output that one run alone left: missing is incomplete, extra is different."""
    if left is not None:
        verdict: Verdict = "incomplete"
        return OutputComparison(
            left.path, left.kind, verdict, "missing from the second run", Difference(left.kind, verdict, "missing")
        )
    assert right is not None
    return OutputComparison(
        right.path, right.kind, "different", "only the second run left it", Difference(right.kind, "different", "extra")
    )


def _result(left: Output, right: Output, difference: Difference) -> OutputComparison:
    renamed = f"named {right.path} in the second run" if left.path != right.path else ""
    verdict: Verdict = "equivalent" if renamed and difference.verdict == "identical" else difference.verdict
    detail = "; ".join(part for part in (difference.detail, renamed) if part)
    return OutputComparison(left.path, left.kind, verdict, detail, difference)


def _copy(side: Side, output: Output) -> Path | Missing:
    if isinstance(output.kept, Missing):
        return output.kept
    try:
        path = resolve_inside(side.folder, output.kept)
    except UnsafePath as error:
        return Missing(error.sentence)
    return path if path.is_file() else Missing(f"the copy {output.kept} is gone from the run folder {side.folder.name}")


def _compare_printed(a: Side, b: Side, comparing: Comparing) -> list[OutputComparison]:
    left, right = a.folder / STDOUT, b.folder / STDOUT
    if not left.is_file() and not right.is_file():
        return []
    if not left.is_file() or not right.is_file():
        lost = Difference("text", "incomplete", "the printed text of one run is gone from its folder")
        return [OutputComparison(PRINTED, "text", lost.verdict, lost.detail, lost)]
    same = left.read_bytes() == right.read_bytes()
    difference = identical("text") if same else compare_files("printed.txt", left, right, comparing)
    return [OutputComparison(PRINTED, "text", difference.verdict, difference.detail, difference)]
