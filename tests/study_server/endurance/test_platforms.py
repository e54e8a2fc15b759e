"""The comparison with other platforms, its own half of it and in small."""

import pytest

from tests.benchmarks.platforms import (
    KillsOnce,
    Load,
    Measured,
    main,
    print_table,
    row_of,
    run_ours,
)

LOAD = Load(n_participants=2, n_pages=3, think_s=0.0)


def test_our_server_is_measured_and_loses_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = run_ours(LOAD, is_killed=False)

    assert (found.acknowledged, found.lost) == (6, 0)
    assert len(found.answer_ms) == len(found.next_ms) == 6
    print_table([row_of("ours", found, found)], LOAD)
    assert "2 participants, 3 pages each" in capsys.readouterr().out


def test_a_row_has_the_times_of_the_quiet_run_and_the_losses_of_the_other() -> None:
    quiet = Measured(
        acknowledged=10, lost=0, seconds=2.0, answer_ms=[1.0, 3.0], next_ms=[2.0]
    )
    killed = Measured(acknowledged=8, lost=3, seconds=9.0, answer_ms=[], next_ms=[])

    row = row_of("other", quiet, killed)

    assert (row.answers, row.answers_per_s) == (10, 5.0)
    assert (row.p50_ms, row.p99_ms, row.next_p99_ms) == (1.0, 3.0, 2.0)
    assert (row.acknowledged_around_kill, row.lost_after_kill) == (8, 3)


def test_the_server_is_killed_once_enough_is_acknowledged() -> None:
    counts, kills = iter([0, 4, 5]), list[str]()

    with KillsOnce(5, lambda: next(counts), lambda: kills.append("kill")) as killing:
        killing.wait()

    assert kills == ["kill"]


def test_an_otree_that_is_not_there_is_told_how_to_come(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--otree", "nowhere/otree"])
    assert "pip install otree" in capsys.readouterr().err
