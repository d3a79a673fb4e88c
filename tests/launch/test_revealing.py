"""Secret arguments come back from the environment, or it is said that they do not."""

from __future__ import annotations

from samerun.basics.redaction import Redactor
from samerun.launch.revealing import reveal

SECRET = "sk-0123456789abcdef0123456789abcdef"


def test_a_secret_of_the_environment_comes_back() -> None:
    redactor = Redactor()
    argv = ["python", "t.py", "--api-key", SECRET, f"--token={SECRET}"]
    marked = redactor.arguments(argv)
    assert SECRET not in " ".join(marked)
    assert reveal(marked, ["other-value", SECRET], redactor) == (argv, [])


def test_one_that_is_not_there_is_said_and_stays_a_mark() -> None:
    redactor = Redactor()
    marked = redactor.arguments(["python", "t.py", "--api-key", SECRET])
    argv, (note,) = reveal(marked, ["another"], redactor)
    assert argv == marked
    assert note.startswith("argument 3 of the command was a secret")


def test_another_store_s_mark_is_no_secret_of_ours() -> None:
    marked = Redactor().arguments(["t.py", "--api-key", SECRET])
    assert reveal(marked, [SECRET], Redactor())[0] == marked


def test_a_command_without_secrets_is_as_it_was() -> None:
    assert reveal(("a", "b"), [SECRET], Redactor()) == (["a", "b"], [])
