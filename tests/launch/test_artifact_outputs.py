"""What was handed over is among the outputs of the run."""

from __future__ import annotations

from pathlib import Path

from samerun.basics.hashing import hash_bytes
from samerun.launch.artifact_outputs import artifact_outputs
from samerun.store.layout import RunFolder


def test_artifacts_are_outputs(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    assert artifact_outputs(folder) == []
    below = tmp_path / "results" / "artifacts" / "deep"
    below.mkdir(parents=True)
    (below / "table.csv").write_bytes(b"a,b\n1,2\n")
    (below / "link").symlink_to("/etc/hostname")
    (output,) = artifact_outputs(folder)
    assert (output.path, output.kind, output.size) == ("results/artifacts/deep/table.csv", "csv", 8)
    assert output.hash == hash_bytes(b"a,b\n1,2\n")
    assert output.kept == output.path
