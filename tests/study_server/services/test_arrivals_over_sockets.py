"""A short version of `python -m tests.benchmarks.arrivals` (2.13, F5)."""

from tests.benchmarks.arrivals import measure, processes_for


def test_forty_who_come_at_once_fill_ten_cells_evenly(database_url: str) -> None:
    result = measure(
        database_url,
        n_people=40,
        n_slots=30,
        dropout=0.2,
        n_processes=processes_for(database_url),
    )

    assert result.is_sound, result
    assert (result.n_holding, result.n_cells) == (30, 10)
    assert result.n_let_in >= 30
