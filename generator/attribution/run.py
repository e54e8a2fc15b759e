"""Pairs × methods: attribute, compare and write each. No printing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from PIL import Image

from generator.attribution.agreement import rank_correlation
from generator.attribution.display import display_map, display_suffix, display_unsigned
from generator.attribution.figure import Cell, draw_figure
from generator.attribution.maps import AttributionMap, attribute
from generator.attribution.pairs import AttributionPair
from generator.attribution.settings import TITLES, AttributionConfig, MethodName
from generator.attribution.target import OnViews
from generator.network_record import describe_network
from generator.networks import Network
from generator.photographs import to_picture
from generator.provenance import describe_generator, installed_version
from generator.results.result_folder import ResultFolder
from generator.results.saved_accentuation import npz_bytes

SEED_IMAGE = "seed_image"
ACCENTUATION = "accentuation"


@dataclass(frozen=True, kw_only=True, slots=True)
class PairMaps:
    """The maps of one pair, and what its files are called."""

    pair: AttributionPair
    stem: str

    maps: dict[str, list[AttributionMap]]
    """By `seed_image` and `accentuation`, the latter where there is one."""

    correlations: list[float | None] = field(default_factory=list)
    """Of each method's maps on the two pictures; empty without an accentuation."""


def make_attributions(
    network: Network,
    pairs: Sequence[AttributionPair],
    methods: Sequence[MethodName],
    config: AttributionConfig,
    folder: ResultFolder,
    *,
    from_result: Path | None = None,
    on_progress: OnViews | None = None,
) -> list[dict[str, Any]]:
    """Write figure, displays and raw arrays of each pair as soon as they are there.

    The table and the record are written at the end, also when interrupted: they then
    cover what is finished.

    Returns:
        The rows of attributions.csv.
    """
    rows: list[dict[str, Any]] = []
    settings: dict[str, dict[str, Any]] = {}
    try:
        for pair in pairs:
            made = _attribute_pair(network, pair, methods, config, folder, on_progress)
            _write_arrays(made, folder)
            shown = _write_displays(made, config, folder)
            figure = _figure(network, made, shown, config)
            folder.write_picture(f"{made.stem}.figure.png", figure)
            rows += _rows(made)
            settings[str(pair.feature)] = {
                map_.method: map_.settings for map_ in made.maps[SEED_IMAGE]
            }
    finally:
        folder.write_table("attributions.csv", rows)
        record = {
            **_record(network, pairs, config),
            "methods": settings,
            "from_result": None if from_result is None else str(from_result),
            "attributions": rows,
        }
        folder.write_record("run.json", record)
    return rows


def _attribute_pair(
    network: Network,
    pair: AttributionPair,
    methods: Sequence[MethodName],
    config: AttributionConfig,
    folder: ResultFolder,
    on_progress: OnViews | None,
) -> PairMaps:
    pictures = {SEED_IMAGE: pair.seed_image}
    if pair.accentuation is not None:
        pictures[ACCENTUATION] = pair.accentuation
    canvases = torch.stack(list(pictures.values()))
    found = attribute(
        network, canvases, pair.feature, methods, config, on_progress=on_progress
    )
    n = len(found) // len(pictures)
    maps = {name: found[i * n : (i + 1) * n] for i, name in enumerate(pictures)}
    return PairMaps(
        pair=pair,
        stem=folder.new_stem(Path(pair.name).stem, str(pair.feature)),
        maps=maps,
        correlations=[
            rank_correlation(before.on_canvas.numpy(), after.on_canvas.numpy())
            for before, after in zip(
                maps[SEED_IMAGE], maps.get(ACCENTUATION, []), strict=False
            )
        ],
    )


def _write_arrays(made: PairMaps, folder: ResultFolder) -> None:
    """STEM.maps.npz: `PICTURE.METHOD.raw` and `PICTURE.METHOD.on_canvas`, float32."""
    arrays = {}
    for picture, maps in made.maps.items():
        for map_ in maps:
            arrays[f"{picture}.{map_.method}.raw"] = map_.raw.numpy()
            arrays[f"{picture}.{map_.method}.on_canvas"] = map_.on_canvas.numpy()
    folder.write_bytes(f"{made.stem}.maps.npz", npz_bytes(arrays))


def _write_displays(
    made: PairMaps, config: AttributionConfig, folder: ResultFolder
) -> dict[str, list[Image.Image]]:
    """Each map as a picture of its own, named after what was done to it."""
    suffix = display_suffix(config, made.pair.seed_image.shape[-1])
    shown: dict[str, list[Image.Image]] = {}
    for picture, maps in made.maps.items():
        shown[picture] = [display_map(map_, config) for map_ in maps]
        for map_, display in zip(maps, shown[picture], strict=True):
            name = f"{made.stem}.{picture}.{map_.method}.{suffix}.png"
            folder.write_picture(name, display)
    return shown


def _figure(
    network: Network,
    made: PairMaps,
    shown: dict[str, list[Image.Image]],
    config: AttributionConfig,
) -> Image.Image:
    """Rows: seed image, accentuation. Columns: picture, opacity map, methods."""
    pair = made.pair
    pictures = {SEED_IMAGE: pair.seed_image, ACCENTUATION: pair.accentuation}
    rows = []
    for name, maps in made.maps.items():
        canvas = pictures[name]
        picture = None if canvas is None else to_picture(canvas)
        note = f"{name.replace('_', ' ')}, activation {maps[0].activation:.4g}"
        cells = [Cell(picture=picture, note=note)]
        if pair.opacity_map is not None:
            own = display_unsigned(pair.opacity_map, config)
            cells.append(Cell(picture=own if name == ACCENTUATION else None))
        correlations = made.correlations if name == ACCENTUATION else []
        cells += [
            Cell(picture=display, note=_note(maps[i], correlations[i : i + 1]))
            for i, display in enumerate(shown[name])
        ]
        rows.append(cells)
    titles = ["picture", *(["opacity map"] if pair.opacity_map is not None else [])]
    titles += [TITLES[map_.method] for map_ in made.maps[SEED_IMAGE]]
    return draw_figure(rows, titles=titles, footer=_footer(network, made, config))


def _note(map_: AttributionMap, correlation: Sequence[float | None]) -> str:
    notes = [f"rank corr. {value:z.2f}" for value in correlation if value is not None]
    if map_.is_complete is False:
        error = map_.completeness_error
        notes.append("incomplete" if error is None else f"sum off by {error:.0%}")
    return ", ".join(notes)


def _footer(network: Network, made: PairMaps, config: AttributionConfig) -> list[str]:
    blur_px = config.blur_px(made.pair.seed_image.shape[-1])
    layers = {map_.settings.get("layer") for map_ in made.maps[SEED_IMAGE]} - {None}
    return [
        f"{made.pair.feature} of {network.name}, {made.pair.name}. White: size of the "
        "gradient. Orange: speaks for the feature; blue: against it. Rank corr.: of "
        "the maps of seed image and accentuation (Spearman)."
        + "".join(f" Grad-CAM reads layer {layer}." for layer in layers),
        "Maps as shown: each scaled by itself, the strongest "
        f"{config.clip_percent:g} % of the pixels clipped, blurred with a standard "
        f"deviation of {blur_px:.3g} pixels. Raw: {made.stem}.maps.npz.",
    ]


def _rows(made: PairMaps) -> list[dict[str, Any]]:
    """What attributions.csv says of one pair: a row for each method."""
    rows = []
    for index, before in enumerate(made.maps[SEED_IMAGE]):
        after = made.maps[ACCENTUATION][index] if ACCENTUATION in made.maps else None
        rows.append(
            {
                "photograph": made.pair.name,
                "accentuation": made.pair.accentuation_file,
                "feature_id": str(made.pair.feature),
                "method": before.method,
                "activation_seed_image": before.activation,
                "activation_accentuation": after and after.activation,
                "completeness_error_seed_image": before.completeness_error,
                "completeness_error_accentuation": after and after.completeness_error,
                "is_complete": _all_complete(before, after),
                "rank_correlation": made.correlations[index] if after else None,
                "file": f"{made.stem}.maps.npz",
            }
        )
    return rows


def _all_complete(*maps: AttributionMap | None) -> bool | None:
    claims = [map_.is_complete for map_ in maps if map_ is not None]
    return None if None in claims else all(claims)


def _record(
    network: Network, pairs: Sequence[AttributionPair], config: AttributionConfig
) -> dict[str, Any]:
    """What the maps were made of and with."""
    return {
        "config": asdict(config),
        "display": {
            "clip_percent": config.clip_percent,
            "blur_px": sorted(
                {config.blur_px(pair.seed_image.shape[-1]) for pair in pairs}
            ),
        },
        "features": sorted({str(pair.feature) for pair in pairs}),
        "network": describe_network(network),
        "sources": {path: sha for pair in pairs for path, sha in pair.sources.items()},
        "generator": describe_generator(network.device),
        "captum": installed_version("captum"),
    }
