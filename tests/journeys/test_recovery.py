"""Observers who lapse and prefer a side, found again behind the real server."""

import pytest

from tests.journeys.recovery import (
    OBSERVERS,
    STUDY,
    Recovered,
    recover,
    simulated_export,
    small_bundle,
)

WIDER = 1.7
"""Intervals of 99.9 % instead of 95 %, as in the main job."""


@pytest.fixture(scope="module")
def recovered(tmp_path_factory: pytest.TempPathFactory) -> list[Recovered]:
    folder = tmp_path_factory.mktemp("recovery")
    observers, data = folder / "observers.toml", folder / "data"
    observers.write_text(OBSERVERS)
    bundle_id = small_bundle(folder, data)
    export = simulated_export(
        folder, data=data, bundle_id=bundle_id, study=STUDY, observers=observers
    )
    return recover(export, observers)


def test_everything_planted_lies_in_its_interval(recovered: list[Recovered]) -> None:
    """11.15"""
    missed = [each for each in recovered if not each.is_inside(WIDER)]

    assert missed == []
    assert [each.name for each in recovered] == [
        "accuracy, accentuation",
        "accuracy, feature_visualization",
        "accuracy, natural",
        "accuracy, seed_only",
        "accentuation minus seed_only",
        "accentuation minus natural",
        "accentuation minus feature_visualization",
        "lapse rate",
        "side bias",
    ]


def test_lapses_and_side_bias_are_told_from_none(recovered: list[Recovered]) -> None:
    for each in recovered:
        if each.name in ("lapse rate", "side bias"):
            assert each.low > 0
