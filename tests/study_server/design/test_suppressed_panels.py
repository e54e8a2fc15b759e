"""1.8: a second panel of suppressed seed images, where the bundle has them."""

import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from study_server.audit.balance import simulate
from study_server.bundle import read_bundle
from study_server.design.fit import check_fit
from study_server.design.parts.design import DesignPart
from study_server.design.parts.session import CatchPart
from study_server.design.planned import PlanParts
from study_server.design.schedule import draw_plan
from study_server.errors import BundleError, DefinitionError
from tests.study_server.bundle_fixture import write_bundle, write_manifest
from tests.study_server.design.bundles import nominal_bundle

CONDITIONS = ("accentuation", "seed_only", "natural")


def suppressing(**design: Any) -> PlanParts:
    return PlanParts(
        design=DesignPart(
            conditions=CONDITIONS,
            practice_features=("f0", "f1"),
            has_negative_panel=True,
            **design,
        ),
        catch=CatchPart(per_block=1, tile="last"),
    )


def test_each_seed_image_stands_beside_what_was_suppressed_in_it() -> None:
    plan = draw_plan(
        suppressing(n_panel_tiles=4),
        nominal_bundle(8, 2),
        slot_index=0,
        rng=Random(1),
    )

    for trial in plan:
        name = trial.feature_id
        second = {
            "accentuation": [
                f"{name}-{kind}-{number}"
                for number in range(2)
                for kind in ("seed", "suppression")
            ],
            "seed_only": [f"{name}-seed-{i}" for i in (0, 0, 1, 1)],
            "natural": [f"{name}-minimal-{i}" for i in range(4)],
        }
        assert list(trial.negative_panel_stimulus_ids) == second[trial.condition]


@pytest.mark.parametrize("design", [{"n_panel_tiles": 4}, {"panel_sizes": (2, 4)}])
def test_plans_with_two_panels_obey_every_law(design: dict[str, Any]) -> None:
    parts = suppressing(**design)
    n_features = 2 + 2 * len(CONDITIONS) * len(design.get("panel_sizes", (1,)))

    found = simulate(
        parts, nominal_bundle(n_features, 2), n_participants=30, dropout=0.2, rng_seed=1
    )

    assert found.violations == ()


def test_a_bundle_without_suppressed_images_is_told_so() -> None:
    bundle = nominal_bundle(8, 2)
    without = replace(
        bundle, features=tuple(replace(f, suppressions=()) for f in bundle.features)
    )

    check_fit(suppressing(n_panel_tiles=4), bundle)
    with pytest.raises(DefinitionError, match="needs 2 suppressions of feature 'f0'"):
        check_fit(suppressing(n_panel_tiles=4), without)


def test_suppressed_images_are_read_and_belong_to_their_seed_images(
    tmp_path: Path,
) -> None:
    folder = write_bundle(tmp_path, n_features=1, n_tiles=4, n_occlusions=1)
    bundle = read_bundle(folder)
    (feature,) = bundle.features
    assert [bundle.stimuli[i].seed_image_id for i in feature.suppressions] == list(
        feature.seed_images
    )

    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["features"][0]["suppressions"].reverse()
    with pytest.raises(BundleError, match="i-th suppression must be made"):
        read_bundle(write_manifest(folder, manifest))
