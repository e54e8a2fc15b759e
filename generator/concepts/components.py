"""Components of a layer's activations to crops of photographs: NMF and PCA."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from generator.concepts.crops import CropGrid, crop_batches, strongest_crops
from generator.concepts.factorization import Factors, nmf, pca
from generator.concepts.made_files import direction_file, image_set
from generator.concepts.photograph_activations import (
    Collection,
    capture,
    checked_canvas_px,
)
from generator.directions.direction import (
    DirectionFile,
    check_direction_name,
    unit_direction,
)
from generator.errors import ConfigError
from generator.feature_lookup import find_objective
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.layers import LayerInfo, check_layer
from generator.networks import Network
from generator.progress import NoProgress, Progress
from generator.streams import JobStreams, content_id


@dataclass(frozen=True, kw_only=True, slots=True)
class ComponentsConfig:
    """Which activations are taken apart, how, and into how many components."""

    layer: str
    """Dotted module name, or `logit`."""

    method: Literal["nmf", "pca"]

    rank: int = 10
    """Components, at most as many as the layer has channels."""

    prefix: str | None = None
    """Components are named PREFIX_0, PREFIX_1, …. None: the method's name."""

    rectify: bool = False
    """Set negative activations to 0 first, as a ReLU would."""

    feature: str | None = None
    """Take only the crops that drive this feature most. None: all crops."""

    n_top: int = 200
    """Crops taken when a feature is given."""

    crop_share: float = 1.0
    """Side of a crop as a fraction of what the network sees of a photograph, 0.2 to 1.
    1: each photograph is one crop."""

    max_rows: int = 20_000
    """Most positions taken in all, but at least one of each crop. When there are more,
    each crop gives an equal number, drawn at random."""

    canvas_px: int | None = None
    """Side of a crop, pixels. None: 8/7 of what the network sees."""

    rng_seed: int = 0
    """Chooses positions, and starts NMF."""

    def __post_init__(self) -> None:
        for name in ("rank", "n_top", "max_rows"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be at least 1; got {getattr(self, name)}"
                )
        if not 0.2 <= self.crop_share <= 1:
            raise ConfigError(f"crop_share must lie in 0.2 to 1; got {self.crop_share}")
        if self.method not in {"nmf", "pca"}:
            raise ConfigError(f"method must be nmf or pca; got {self.method!r}")
        if self.method == "pca" and self.rectify:
            raise ConfigError("rectify is for nmf only: PCA takes negative values")
        if self.prefix is not None:
            check_direction_name(self.prefix)


def find_components(
    network: Network,
    folder: Path,
    config: ComponentsConfig,
    *,
    progress: Progress | None = None,
) -> DirectionFile:
    """The directions that a layer's activations to a folder are made of.

    Raises:
        ConfigError: the rank exceeds the layer's channels.
        DirectionError: the activations cannot be taken apart so.
        LayerNotFoundError, FeatureNotFoundError, PhotographError
    """
    progress = progress or NoProgress()
    layer = check_layer(config.layer, network.layers)
    if config.rank > layer.n_channels:
        raise ConfigError(
            f"rank must be at most {layer.n_channels}, the channels of {layer.name}; "
            f"got {config.rank}"
        )
    feature = _fixed_feature(network, config.feature)
    canvas_px = checked_canvas_px(network, config.canvas_px)
    grid = CropGrid(crop_px=canvas_px, crop_share=config.crop_share)
    collection = Collection.of(folder)
    if feature is None:
        chosen = np.ones((len(collection.photographs), grid.n_crops), dtype=np.bool_)
    else:
        chosen = strongest_crops(
            collection, network, grid, feature, n=config.n_top, progress=progress
        )
    table = _activation_table(
        collection, network, layer, grid, chosen, config, progress
    )
    factors = _take_apart(table, config)
    prefix = config.prefix or config.method
    return direction_file(
        network,
        [
            unit_direction(
                vector,
                name=f"{prefix}_{k}",
                layer=layer.name,
                kind=config.method,
                quality={"share": float(factors.shares[k])},
                passes=factors.has_converged,
            )
            for k, vector in enumerate(factors.vectors)
        ],
        config=config,
        images=[image_set("photographs", collection)],
        rng_seed=config.rng_seed,
        quality={"explained_variance": factors.explained_variance},
        facts={
            "canvas_px": canvas_px,
            "n_crops": int(chosen.sum()),
            "n_rows": len(table),
        },
    )


def _fixed_feature(network: Network, text: str | None) -> Feature | None:
    """The feature that chooses crops, known to the network."""
    if text is None:
        return None
    feature = parse_feature(text)
    if feature.rank is not None:
        raise ConfigError(
            f"{text} is another logit for each photograph; name one logit"
        )
    find_objective(network, feature)
    return feature


def _activation_table(
    collection: Collection,
    network: Network,
    layer: LayerInfo,
    grid: CropGrid,
    chosen: NDArray[np.bool_],
    config: ComponentsConfig,
    progress: Progress,
) -> NDArray[np.float64]:
    """Activations at positions of the chosen crops: (rows, C)."""
    n_of_crop = max(1, config.max_rows // int(chosen.sum()))
    progress.start("activations", int(chosen.sum()), unit="crop")
    tables = []
    for batch in crop_batches(collection, network, grid, chosen):
        maps = capture(network, layer, batch.pictures)  # (b, C, P)
        for index, crop, activations in zip(
            batch.photographs, batch.crops, maps, strict=True
        ):
            job_id = content_id("positions", collection.photographs[index].sha256)
            streams = JobStreams(rng_seed=config.rng_seed, job_id=job_id)
            rng = streams.rng("crop", crop)
            tables.append(_some_positions(activations, n_of_crop, rng))
        progress.advance(len(batch.crops))
    return np.concatenate(tables).astype(np.float64)


def _some_positions(
    activations: NDArray[np.float32], n: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """At most n positions of (C, P), as rows (n, C), in their own order."""
    n_positions = activations.shape[1]
    if n_positions <= n:
        return activations.T
    drawn = np.sort(rng.choice(n_positions, n, replace=False))
    return activations[:, drawn].T


def _take_apart(table: NDArray[np.float64], config: ComponentsConfig) -> Factors:
    if config.method == "pca":
        return pca(table, config.rank)
    if config.rectify:
        table = np.maximum(table, 0)
    streams = JobStreams(rng_seed=config.rng_seed, job_id=content_id("nmf"))
    start = int(streams.rng("init").integers(2**31))
    return nmf(table, config.rank, rng_seed=start)
