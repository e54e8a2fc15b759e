"""A short version of `python -m tests.benchmarks.arrivals` (2.13, F5)."""

from tests.benchmarks.arrivals import measure


def test_sixty_who_come_at_once_to_two_servers_fill_ten_cells_evenly(
    database_url: str,
) -> None:
    result = measure(database_url, n_people=60, n_slots=40, dropout=0.2, n_processes=2)

    assert result.is_sound, result
    assert (result.n_holding, result.n_cells) == (40, 10)
    assert result.n_let_in >= 40
