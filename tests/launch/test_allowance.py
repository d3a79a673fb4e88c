"""How much may be kept."""

from __future__ import annotations

from samerun.launch.allowance import NEVER, SMALL_FILE_BYTES, SMALL_RUN_BYTES, TOO_LARGE, TOO_MUCH, Allowance


def test_small_is_a_hundred_megabytes_a_file_and_a_gigabyte_a_run() -> None:
    assert (SMALL_FILE_BYTES, SMALL_RUN_BYTES) == (100 * 1024**2, 1024**3)
    one = Allowance()
    assert (one.why_not(SMALL_FILE_BYTES), one.why_not(SMALL_FILE_BYTES + 1)) == ("", TOO_LARGE)
    for _ in range(10):
        one.take(SMALL_FILE_BYTES)
    left = SMALL_RUN_BYTES - 10 * SMALL_FILE_BYTES
    assert (one.why_not(left), one.why_not(left + 1)) == ("", TOO_MUCH)


def test_all_and_never_know_no_size() -> None:
    everything, nothing = Allowance("all"), Allowance("never")
    everything.take(1 << 50)
    assert (everything.why_not(1 << 50), everything.keeps) == ("", True)
    assert (nothing.why_not(0), nothing.keeps) == (NEVER, False)
