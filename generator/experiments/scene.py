"""What every experiment starts from: network, photographs and pool, looked up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import resolve_rank
from generator.config import AccentuationConfig
from generator.errors import ConfigError, PhotographError
from generator.experiments.request import FigureRequest
from generator.feature_lookup import find_objective, find_objectives
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.images.pool import natural_pool
from generator.images.tables import NaturalPool
from generator.networks import Network
from generator.photograph_folder import distinct_files, files_among, photograph_sha256
from generator.photographs import (
    default_canvas_px,
    read_canvases,
    read_photograph,
    to_canvas,
)


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
    pool_files: Mapping[str, Path]
    """Of each photograph of the pool: its SHA-256, and where it lies."""

    canvas_px: int

    @property
    def pool(self) -> tuple[Path, ...]:
        """Files of the pool, exact duplicates dropped."""
        return tuple(self.pool_files.values())

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
                for path in files_among(request.photographs)
            ),
            pool_files=distinct_files(request.pool),
            canvas_px=px,
        )

    def natural_pool(self, features: Sequence[Feature]) -> NaturalPool:
        """What the pool says of natural pictures; empty without features."""
        files = self.pool if features else ()
        return natural_pool(self.network, files, features, self.canvas_px)

    def canvases(self, files: Sequence[Path]) -> Tensor:
        """(n, 3, H, W): photographs as the network's canvas.

        Raises:
            PhotographError: one cannot be read.
        """
        return read_canvases(files, self.network.preprocessing, self.canvas_px)

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
