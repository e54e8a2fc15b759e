"""The direction from the mean of one class of photographs to that of another."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.concepts.cav import mean_cosine
from generator.concepts.concept_folders import name_of_folder
from generator.concepts.made_files import direction_file, image_set
from generator.concepts.photograph_activations import (
    Collection,
    checked_canvas_px,
    mean_activations,
)
from generator.directions.direction import (
    DirectionFile,
    check_direction_name,
    unit_direction,
)
from generator.errors import ConfigError, DirectionError
from generator.layers import check_layer
from generator.networks import Network
from generator.progress import NoProgress, Progress
from generator.streams import JobStreams, content_id

MIN_IMAGES = 4
"""Fewer photographs of a class have no two halves to compare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassMeansConfig:
    """Where two classes are compared, and how the result is tested."""

    layer: str
    """Dotted module name, or `logit`."""

    name: str | None = None
    """Of the direction. None: A_minus_B, after the folders."""

    n_splits: int = 20
    """Random splits into halves, for the accuracy and the stability."""

    canvas_px: int | None = None
    """Side of the pictures shown, pixels. None: 8/7 of what the network sees."""

    rng_seed: int = 0
    """Chooses the halves."""

    def __post_init__(self) -> None:
        if self.n_splits < 2:
            raise ConfigError(f"n_splits must be at least 2; got {self.n_splits}")
        if self.name is not None:
            check_direction_name(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitQuality:
    """How well the difference of one half's means serves the other half."""

    held_out_accuracy: float
    """0 to 1; 0.5 is chance. A photograph counts as of A beyond the middle of the two
    means of the first half. Mean of both classes' own."""

    stability: float
    """Mean cosine between the directions of two first halves, -1 to 1."""


def find_class_means(
    network: Network,
    a: Path,
    b: Path,
    config: ClassMeansConfig,
    *,
    progress: Progress | None = None,
) -> DirectionFile:
    """The direction from the mean activation of B's photographs to that of A's.

    Raises:
        DirectionError: too few photographs, some in both folders, or equal means.
        LayerNotFoundError, PhotographError
    """
    progress = progress or NoProgress()
    layer = check_layer(config.layer, network.layers)
    canvas_px = checked_canvas_px(network, config.canvas_px)
    sides = _checked_sides(a, b)
    name = config.name or f"{name_of_folder(a)}_minus_{name_of_folder(b)}"
    check_direction_name(name)
    rows_a, rows_b = (
        mean_activations(
            side,
            network,
            layer,
            canvas_px=canvas_px,
            progress=progress,
            stage=side.folder.name,
        )
        for side in sides
    )
    hashes = [photograph.sha256 for side in sides for photograph in side.photographs]
    streams = JobStreams(
        rng_seed=config.rng_seed, job_id=content_id("class means", *hashes)
    )
    difference = rows_a.mean(axis=0) - rows_b.mean(axis=0)  # (C,)
    split = split_quality(
        rows_a, rows_b, n_splits=config.n_splits, rng=streams.rng("init")
    )
    direction = unit_direction(
        difference,
        name=name,
        layer=layer.name,
        kind="class_means",
        quality={
            "held_out_accuracy": split.held_out_accuracy,
            "stability": split.stability,
            "distance": float(np.linalg.norm(difference)),
        },
    )
    return direction_file(
        network,
        [direction],
        config=config,
        images=[
            image_set(f"{side} {collection.folder.name}", collection)
            for side, collection in zip("ab", sides, strict=True)
        ],
        rng_seed=config.rng_seed,
        facts={"canvas_px": canvas_px},
    )


def split_quality(
    a: NDArray[np.float64],
    b: NDArray[np.float64],
    *,
    n_splits: int,
    rng: np.random.Generator,
) -> SplitQuality:
    """Fit the direction on random halves of both classes, and test it on the others.

    Args:
        a, b: (n, C) and (m, C) activations, mean over positions.

    Raises:
        DirectionError: two halves have equal means.
    """
    accuracies, directions = [], []
    for _ in range(n_splits):
        (fit_a, test_a), (fit_b, test_b) = (_halves(rows, rng) for rows in (a, b))
        mean_a, mean_b = fit_a.mean(axis=0), fit_b.mean(axis=0)
        length = float(np.linalg.norm(mean_a - mean_b))
        if length == 0:
            raise DirectionError(
                "the mean activations of both classes agree; choose another layer"
            )
        direction = (mean_a - mean_b) / length
        middle = float((mean_a + mean_b) @ direction) / 2
        hits = float((test_a @ direction > middle).mean())
        rejections = float((test_b @ direction <= middle).mean())
        accuracies.append((hits + rejections) / 2)
        directions.append(direction)
    return SplitQuality(
        held_out_accuracy=float(np.mean(accuracies)),
        stability=mean_cosine(np.stack(directions)),
    )


def _halves(
    rows: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    shuffled = rng.permutation(rows)
    middle = len(rows) // 2
    return shuffled[:middle], shuffled[middle:]


def _checked_sides(a: Path, b: Path) -> tuple[Collection, Collection]:
    sides = Collection.of(a), Collection.of(b)
    n_a, n_b = (len(side.photographs) for side in sides)
    if min(n_a, n_b) < MIN_IMAGES:
        raise DirectionError(
            f"each class needs at least {MIN_IMAGES} photographs; got {n_a} and {n_b}"
        )
    n_shared = n_a - len(sides[0].without(sides[1].photographs).photographs)
    if n_shared:
        raise DirectionError(
            f"{n_shared} photographs are in both folders; each must be of one class"
        )
    return sides
