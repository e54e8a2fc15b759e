"""Adds a feature's extra pictures to the sheet of a bundle."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from generator.bundles.covers import Covered
from generator.bundles.extras import Extras
from generator.bundles.made_picture import MadePicture
from generator.bundles.stimuli import StimulusSheet, made_facts, response_facts
from generator.features import Feature
from generator.index.activation_index import ActivationIndex
from generator.pairs.looks import look_answers


@dataclass(frozen=True, kw_only=True)
class ExtrasWriter:
    """Adds what tasks other than the choice between two photographs need."""

    index: ActivationIndex
    feature: Feature
    sheet: StimulusSheet
    add_photograph: Callable[[str, int, tuple[object, ...]], str]

    def add(
        self,
        extras: Extras,
        visualizations: Sequence[MadePicture],
        *,
        natural: Sequence[str],
    ) -> dict[str, Any]:
        """The keys of the feature's object; lists may be empty.

        Args:
            visualizations: of the feature's negative.
            natural: ids of the exemplars, which the blurred ones are made from.
        """
        return {
            "minimal": [
                self.add_photograph("natural", position, ("minimal", number))
                for number, position in enumerate(extras.minimal)
            ],
            "minimal_feature_visualizations": [
                self.sheet.add(
                    "minimal_feature_visualization",
                    self.feature,
                    (number,),
                    made.picture,
                    **made_facts(self.index, self.feature, made),
                )
                for number, made in enumerate(visualizations)
            ],
            "natural_blurred": [
                self.sheet.add(
                    "natural_blurred",
                    self.feature,
                    (number,),
                    made.picture,
                    class_label=self.sheet.records[exemplar]["class_label"],
                    **response_facts(self.index, self.feature, made.activation),
                )
                for number, (made, exemplar) in enumerate(
                    zip(extras.blurred, natural, strict=False)
                )
            ],
            "occlusions": [
                self._add_occlusion(extras, number)
                for number in range(len(extras.occlusions))
            ],
        }

    def _add_occlusion(self, extras: Extras, number: int) -> dict[str, Any]:
        one = extras.occlusions[number]
        shown = self.add_photograph("natural", one.position, ("occlusion", number))
        most, least = (
            self._add_covered(covered, (number, role), shown)
            for role, covered in (
                ("most", one.covers.most),
                ("least", one.covers.least),
            )
        )
        percentiles = [
            self.sheet.records[each]["activation_percentile"] for each in (most, least)
        ]
        return {
            "occlusion_id": self.sheet.opaque_id(
                "occlusion", str(self.feature), number
            ),
            "stimulus_id": shown,
            "most_stimulus_id": most,
            "least_stimulus_id": least,
            "activation_gap": percentiles[1] - percentiles[0],
            "machine_answers": look_answers(
                one.covers.least.picture, one.covers.most.picture
            ),
        }

    def _add_covered(
        self, covered: Covered, role: tuple[object, ...], shown: str
    ) -> str:
        return self.sheet.add(
            "occlusion",
            self.feature,
            role,
            covered.picture,
            class_label=self.sheet.records[shown]["class_label"],
            **response_facts(self.index, self.feature, covered.activation),
        )
