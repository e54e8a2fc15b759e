"""What every experiment starts from: network, photographs and pool, looked up."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations, resolve_rank
from generator.config import AccentuationConfig
from generator.errors import ConfigError, PhotographError
from generator.experiments.request import FigureRequest
from generator.feature_lookup import find_objective, find_objectives
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.images.tables import NaturalPool
from generator.metrics import spectral_slope
from generator.networks import Network
from generator.photograph_folder import photograph_sha256
from generator.photographs import (
    default_canvas_px,
    list_photographs,
    read_photograph,
    to_canvas,
)

_BATCH = 32
"""Pool photographs read at once."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class SeedImage:
    """A photograph as the network's canvas."""

    name: str
    path: Path
    sha256: str
    """Of the file."""

    canvas: Tensor
    """(3, H, W) in [0, 1]."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Scene:
    """Everything read and found before the first search."""

    network: Network
    request: FigureRequest
    seed_images: tuple[SeedImage, ...]
    pool: tuple[Path, ...]
    """Files of the pool, exact duplicates dropped."""

    canvas_px: int

    @property
    def config(self) -> AccentuationConfig:
        return self.request.config

    @property
    def rng_seed(self) -> int:
        return self.request.rng_seed

    @classmethod
    def load(cls, network: Network, request: FigureRequest) -> "Scene":
        """Read every photograph and look every feature up.

        Raises:
            PhotographError, LayerNotFoundError, FeatureNotFoundError: one is not there.
        """
        fixed = [feature for feature in request.features if feature.rank is None]
        find_objectives(network, fixed)
        px = request.config.canvas_px or default_canvas_px(network.preprocessing)
        return cls(
            network=network,
            request=request,
            seed_images=tuple(
                read_seed_image(network, path, px)
                for path in _files(request.photographs)
            ),
            pool=tuple(_distinct(request.pool)),
            canvas_px=px,
        )

    def features(self, seed_image: SeedImage, default: str) -> list[Feature]:
        """The features asked for, or the default, as found for one photograph.

        Raises:
            FeatureNotFoundError: a rank beyond the network's logits.
        """
        asked = self.request.features or (FeatureId.parse(default),)
        return [
            resolve_rank(self.network, seed_image.canvas, feature) for feature in asked
        ]

    def single_feature(self) -> Feature | None:
        """The one feature asked for; None where none was.

        Raises:
            ConfigError: there are several, or it differs from photograph to photograph.
        """
        asked = self.request.features
        if not asked:
            return None
        if len(asked) > 1 or asked[0].rank is not None:
            given = ", ".join(map(str, asked))
            raise ConfigError(
                f"this figure shows one fixed feature; got {given}. Name one with "
                "--feature LAYER:UNIT."
            )
        return asked[0]

    def logit(self, label: str) -> FeatureId:
        """The logit that a label or a number names, with or without `logit:`.

        Raises:
            FeatureNotFoundError: there is none.
        """
        feature = FeatureId(LOGIT_LAYER, label.strip().removeprefix("logit:"))
        if feature.rank is not None:
            raise ConfigError(f"name a class by label or number; got {label!r}")
        find_objective(self.network, feature)
        return feature

    def job(
        self, seed_image: SeedImage, feature: Feature, *, suppress: bool = False
    ) -> AccentuationJob:
        """A search from a photograph, with the figure's rng seed."""
        return AccentuationJob(
            seed_image=seed_image.canvas,
            feature=feature,
            rng_seed=self.rng_seed,
            suppress=suppress,
            name=seed_image.name,
        )


def read_seed_image(network: Network, path: Path, canvas_px: int) -> SeedImage:
    """A photograph on the canvas.

    Raises:
        PhotographError: missing, unreadable or too small.
    """
    picture = read_photograph(path)
    return SeedImage(
        name=path.name,
        path=path,
        sha256=photograph_sha256(path),
        canvas=to_canvas(picture, network.preprocessing, canvas_px),
    )


def _files(photographs: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in photographs:
        if path.is_dir():
            files += [path / found.path for found in list_photographs(path)]
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def _distinct(folders: Sequence[Path]) -> list[Path]:
    paths: dict[str, Path] = {}
    for folder in folders:
        for photograph in list_photographs(folder):
            paths.setdefault(photograph.sha256, folder / photograph.path)
    return list(paths.values())


def natural_pool(scene: Scene, features: Sequence[Feature]) -> NaturalPool:
    """What the pool says of natural pictures; empty without a pool."""
    files = scene.pool if features else ()
    rows = [np.empty((0, len(features)), dtype=np.float32)]
    slopes: list[float] = []
    for first in range(0, len(files), _BATCH):
        canvases = read_canvases(scene, files[first : first + _BATCH])
        found = feature_activations(scene.network, canvases, features)
        rows.append(found.numpy())
        slopes += [spectral_slope(canvas) for canvas in canvases]
    activations = np.concatenate(rows)
    return NaturalPool(
        activations={feature: activations[:, i] for i, feature in enumerate(features)},
        spectral_slopes=np.array(slopes),
    )


def read_canvases(scene: Scene, files: Sequence[Path]) -> Tensor:
    """(n, 3, H, W): photographs as the network's canvas.

    Raises:
        PhotographError: one cannot be read.
    """
    preprocessing = scene.network.preprocessing
    return torch.stack(
        [to_canvas(read_photograph(f), preprocessing, scene.canvas_px) for f in files]
    )


def need_pool(scene: Scene, *, at_least: int) -> tuple[Path, ...]:
    """The pool, or the seed images' own files where no pool was named.

    Raises:
        PhotographError: they are too few.
    """
    files = scene.pool or tuple(seed.path for seed in scene.seed_images)
    if len(files) < at_least:
        raise PhotographError(
            f"this figure chooses among at least {at_least} photographs; got "
            f"{len(files)}. Name a folder of more with --pool."
        )
    return files
