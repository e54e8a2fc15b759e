"""What a bundle says of its queries for audits and machine answers."""

from collections.abc import Mapping, Sequence
from typing import Any

from generator.bundles.schema import FEATURE_LISTS, OPTIONAL_IMAGE_LISTS
from generator.bundles.stimuli import StimulusSheet
from generator.networks import Network
from generator.pairs.distances import cosine_distances, distance_layer, embed

MEASURE = "cosine"
"""1 minus the cosine of the channel means at one layer."""


def describe_distances(network: Network) -> dict[str, str]:
    """The manifest's `query_distances`: how those of every feature were taken."""
    return {"measure": MEASURE, "layer": distance_layer(network)}


def query_distances(
    network: Network,
    sheet: StimulusSheet,
    panels: Mapping[str, Any],
    pairs: Sequence[Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """Every photograph that is asked about to every tile of its feature.

    Args:
        panels: the feature's object, with everything that panels show.
        pairs: the feature's query pairs.
    """
    queries = query_ids(panels, pairs)
    tiles = tile_ids(panels)
    if not queries or not tiles:
        return []
    layer = distance_layer(network)
    of_queries, of_tiles = (
        embed(network, [sheet.picture(each) for each in some], layer)
        for some in (queries, tiles)
    )
    distances = cosine_distances(of_queries, of_tiles)  # (q, t)
    return [
        {
            "stimulus_id": query,
            "tile_stimulus_id": tile,
            "distance": float(distances[row, column]),
        }
        for row, query in enumerate(queries)
        for column, tile in enumerate(tiles)
    ]


def query_ids(
    panels: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Photographs of pairs, high and low in turn; then covered copies, least and most.

    What is asked about is what a machine compares with the panel.
    """
    asked = [p[key] for p in pairs for key in ("high_stimulus_id", "low_stimulus_id")]
    asked += [
        one[key]
        for one in panels.get("occlusions", ())
        for key in ("least_stimulus_id", "most_stimulus_id")
    ]
    return asked


def tile_ids(panels: Mapping[str, Any]) -> list[str]:
    """Every image that a panel of the feature could show, each once."""
    lists = [panels.get(name, []) for name in (*FEATURE_LISTS, *OPTIONAL_IMAGE_LISTS)]
    lists += panels["controls"].values()
    return list(dict.fromkeys(each for images in lists for each in images))
