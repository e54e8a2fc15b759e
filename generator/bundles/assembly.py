"""Put chosen and made pictures together as a manifest and its PNG files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from generator.bundles.control_config import kind_of
from generator.bundles.extras import Extras
from generator.bundles.extras_writer import ExtrasWriter
from generator.bundles.made_picture import MadePicture, levels
from generator.bundles.maker import FeaturePictures
from generator.bundles.match_checks import describe_matching
from generator.bundles.measures import describe_distances, query_distances
from generator.bundles.plan_check import CheckedPlan
from generator.bundles.stimuli import StimulusSheet, made_facts, photograph_facts
from generator.exemplars.tiles import Tiles
from generator.feature_lookup import describe_feature
from generator.features import Feature
from generator.index.activation_index import ActivationIndex
from generator.index.features import directions_used
from generator.jobs import content_key
from generator.network_record import labelled_facts
from generator.pairs.looks import look_answers
from generator.pairs.query_pairs import QueryPair
from generator.photographs import read_photograph, to_canvas
from generator.search.opacity import display_opacity, render_masked


def assemble_bundle(
    checked: CheckedPlan,
    index: ActivationIndex,
    *,
    tiles: Mapping[Feature, Tiles],
    made: Mapping[Feature, FeaturePictures],
    pairs: Mapping[Feature, tuple[QueryPair, ...]],
    generator: Mapping[str, Any],
    extras: Mapping[Feature, Extras] | None = None,
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest's content, and the PNG file of each stimulus_id.

    Args:
        generator: code, libraries and machine that the pictures were made with.
    """
    config = checked.plan.as_config()
    pool = index.describe()
    content = content_key(config, checked.network.weights_sha256, pool["sha256"])
    sheet = StimulusSheet(content=content)
    features, query_pairs = [], []
    for feature in checked.plan.features:
        writer = _FeatureWriter(
            checked=checked, index=index, feature=feature, sheet=sheet
        )
        panels = writer.add_panels(tiles[feature], made[feature])
        if made[feature].suppressions:
            panels["suppressions"] = writer.add_suppressions(
                made[feature].suppressions, panels["seed_images"]
            )
        found = (extras or {}).get(feature)
        if found is not None:
            adder = ExtrasWriter(
                index=index,
                feature=feature,
                sheet=sheet,
                add_photograph=writer.add_photograph,
            )
            minimal = made[feature].minimal_visualizations
            panels |= adder.add(found, minimal, natural=panels["natural"])
        added = writer.add_pairs(pairs[feature])
        distances = query_distances(checked.network, sheet, panels, added)
        features.append(panels | {"query_distances": distances})
        query_pairs += added
    manifest = {
        "generator": dict(generator),
        "network": {
            **labelled_facts(checked.network),
            "directions": directions_used(checked.network, checked.plan.features),
        },
        "config": config,
        "pool": pool,
        "matching": describe_matching(checked.plan.matching),
        "query_distances": describe_distances(checked.network),
        "features": features,
        "query_pairs": query_pairs,
        "stimuli": sheet.sorted_records(),
    }
    return manifest, sheet.pictures


@dataclass(frozen=True, kw_only=True)
class _FeatureWriter:
    """Adds one feature's pictures to the sheet."""

    checked: CheckedPlan
    index: ActivationIndex
    feature: Feature
    sheet: StimulusSheet

    def add_panels(self, tiles: Tiles, made: FeaturePictures) -> dict[str, Any]:
        """Add everything that panels show; returns the feature's own object."""
        seed_ids = [
            self.add_photograph("seed_image", int(position), ("tile", number))
            for number, position in enumerate(tiles.seed_images)
        ]
        return {
            "feature_id": str(self.feature),
            **describe_feature(self.checked.network, self.feature),
            "natural": [
                self.add_photograph("natural", int(position), ("tile", number))
                for number, position in enumerate(tiles.natural)
            ],
            "seed_images": seed_ids,
            "accentuations": [
                self._add_accentuation(one, seed_id)
                for one, seed_id in zip(made.accentuations, seed_ids, strict=True)
            ],
            "feature_visualizations": [
                self._add_made("feature_visualization", one, (number,))
                for number, one in enumerate(made.visualizations)
            ],
            "attributions": [
                self._add_attribution(one, seed_id)
                for one, seed_id in zip(made.attributions, seed_ids, strict=True)
            ],
            "controls": {
                kind_of(name): [
                    self._add_made(
                        kind_of(name),
                        one,
                        (number,),
                        seed_image_id=seed_ids[number % len(seed_ids)],
                    )
                    for number, one in enumerate(of_kind)
                ]
                for name, of_kind in made.controls.items()
            },
        }

    def add_pairs(self, pairs: tuple[QueryPair, ...]) -> list[dict[str, Any]]:
        """Add the photographs of the query pairs; returns the pairs' objects."""
        found = []
        for number, pair in enumerate(pairs):
            high, low = (
                self.add_photograph("natural", position, ("query", number, role))
                for position, role in [(pair.high, "high"), (pair.low, "low")]
            )
            pair_id = self.sheet.opaque_id("query pair", str(self.feature), number)
            found.append(
                {
                    "query_pair_id": pair_id,
                    "feature_id": str(self.feature),
                    "stratum": pair.stratum,
                    "high_stimulus_id": high,
                    "low_stimulus_id": low,
                    "activation_gap": pair.gap,
                    "machine_answers": look_answers(
                        self.sheet.picture(high), self.sheet.picture(low)
                    ),
                }
            )
        return found

    def add_photograph(self, kind: str, position: int, role: tuple[object, ...]) -> str:
        """Add a photograph of the pool as the network sees it."""
        photograph = self.index.photographs[position]
        image = read_photograph(self.checked.folder / photograph.path)
        preprocessing = self.checked.network.preprocessing
        canvas = to_canvas(image, preprocessing, self.checked.canvas_px)
        facts = photograph_facts(self.index, self.feature, position)
        return self.sheet.add(kind, self.feature, role, levels(canvas), **facts)

    def add_suppressions(
        self, made: list[MadePicture], seed_ids: list[str]
    ) -> list[str]:
        """Add the seed images changed to drive the feature less."""
        return [
            self._add_made("suppression", one, (seed_id,), seed_image_id=seed_id)
            for one, seed_id in zip(made, seed_ids, strict=True)
        ]

    def _add_made(
        self, kind: str, made: MadePicture, role: tuple[object, ...], **known: object
    ) -> str:
        facts = made_facts(self.index, self.feature, made)
        return self.sheet.add(kind, self.feature, role, made.picture, **facts, **known)

    def _add_attribution(self, made: MadePicture, seed_id: str) -> str:
        """Add a seed image under its heat map, and how that was made."""
        config = self.checked.plan.attribution
        input_px = self.checked.network.preprocessing.input_px
        return self.sheet.add(
            "attribution",
            self.feature,
            (seed_id,),
            made.picture,
            seed_image_id=seed_id,
            rng_seed=made.rng_seed,
            display={
                "method": config.method,
                "settings": config.settings_of(config.method, input_px),
                "clip_percent": config.clip_percent,
                "blur_px": config.blur_px(self.checked.canvas_px),
                "overlay_opacity": config.overlay_opacity,
            },
        )

    def _add_accentuation(self, made: MadePicture, seed_id: str) -> str:
        """Add an accentuation with its opacity map and its masked view."""
        accentuation_id = self._add_made(
            "accentuation", made, (seed_id,), seed_image_id=seed_id
        )
        config = self.checked.plan.accentuation
        blur_px = config.blur_fraction * self.checked.canvas_px
        shown = display_opacity(
            torch.from_numpy(made.opacity),
            clip_percent=config.clip_percent,
            blur_px=blur_px,
        )
        image = torch.from_numpy(made.picture).permute(2, 0, 1).float() / 255
        views = {
            "opacity_map": shown.expand(3, -1, -1),
            "masked_accentuation": render_masked(image, shown),
        }
        for kind, view in views.items():
            self.sheet.add(
                kind,
                self.feature,
                (seed_id,),
                levels(view),
                seed_image_id=seed_id,
                accentuation_id=accentuation_id,
                display={"clip_percent": config.clip_percent, "blur_px": blur_px},
            )
        return accentuation_id
