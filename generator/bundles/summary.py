"""What a bundle's pictures reached, kind by kind, as a table for people. No torch."""

from collections.abc import Sequence
from statistics import median
from typing import Any

from generator.bundle import Bundle
from generator.bundles.control_config import CONTROL_KINDS

_HEADINGS = (
    *("kind", "n", "percentile", "SSIM", "distance", "specificity"),
    "of its target",
)
_WIDTHS = (38, 5, 10, 6, 9, 11, 13)
_SHOWN = (
    "natural",
    "seed_image",
    "accentuation",
    "feature_visualization",
    "attribution",
    *CONTROL_KINDS,
)


def kinds_as_text(bundle: Bundle) -> str:
    """One line for each kind of stimulus, medians of what was measured.

    Percentile, similarity, latent distance and specificity are of the feature that
    people are asked about. The last column is of the feature a control was made for,
    in the network it was made with: a control should be specific there, and not to
    the study's feature.
    """
    lines = [_line(_HEADINGS)]
    for kind in _SHOWN:
        made = bundle.stimuli(kind)
        if not made:
            continue
        controls = [one["control"] or {} for one in made]
        lines.append(
            _line(
                (
                    kind,
                    str(len(made)),
                    _median([one["activation_percentile"] for one in made], ".1f"),
                    _median([one["ssim"] for one in made], ".2f"),
                    _median([one["latent_distance"] for one in made], ".3g"),
                    _median([one["specificity"] for one in made], ".2f"),
                    _median([one.get("specificity") for one in controls], ".2f"),
                )
            )
        )
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    first, *others = zip(cells, _WIDTHS, strict=True)
    right = (cell.rjust(width) for cell, width in others)
    return "  ".join([first[0].ljust(first[1]), *right]).rstrip()


def _median(values: Sequence[Any], style: str) -> str:
    known = [value for value in values if value is not None]
    return format(median(known), style) if known else "-"
