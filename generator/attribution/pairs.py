"""Seed images and their accentuations, paired: from files or from a result folder."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from generator.activations import resolve_rank
from generator.attribution.image_result import ImageResult
from generator.errors import ConfigError, PhotographError
from generator.feature_lookup import find_objectives
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.networks import Network
from generator.photograph_folder import files_among, photograph_sha256
from generator.photographs import (
    default_canvas_px,
    from_picture,
    read_photograph,
    to_canvas,
)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AttributionPair:
    """One feature on one seed image, and on its accentuation if there is one."""

    name: str
    """File name of the photograph."""

    feature: Feature

    seed_image: Tensor
    """(3, H, W) in [0, 1]."""

    accentuation: Tensor | None
    """(3, H, W) in [0, 1]."""

    sources: dict[str, str]
    """SHA-256 of each file read, by its path."""

    opacity_map: Tensor | None = None
    """(H, W), not negative: the accentuation's own."""

    accentuation_file: str | None = None
    """File name of the accentuation."""

    @property
    def n_pictures(self) -> int:
        return 1 if self.accentuation is None else 2


@dataclass(frozen=True, kw_only=True, slots=True)
class PairRequest:
    """Which pictures and features were asked for."""

    photographs: Sequence[Path]
    """Files, and folders of files. With `result`: where its photographs lie now, if
    they have moved since."""

    features: Sequence[Feature]
    """Each on each pair; `logit:#N` is looked up on the seed image. With `result`:
    only its accentuations of these, all of them if empty."""

    accentuations: Sequence[Path] = ()
    """The nth was made of the nth photograph; empty for photographs alone."""

    result: ImageResult | None = None
    """Accentuations with their features, instead of files."""

    canvas_px: int | None = None
    """Side of photographs alone. None: 8/7 of the network's input."""

    def __post_init__(self) -> None:
        if self.canvas_px is not None and self.canvas_px < 16:
            raise ConfigError(f"canvas_px must be at least 16; got {self.canvas_px}")
        if self.result is not None:
            self.result.rows_of(self.features)
            return
        if not self.photographs:
            raise ConfigError(
                "give photographs, or a folder made by `accentuate image` "
                "(--from-result)"
            )
        if not self.features:
            raise ConfigError("name at least one feature (--feature): logit:brick")


def find_pairs(network: Network, request: PairRequest) -> list[AttributionPair]:
    """Read every picture and look every feature up, before any map is made.

    Raises:
        ConfigError: photographs and accentuations do not pair, or a result was made
            with another network.
        PhotographError: a picture is missing, unreadable, changed or not square.
        LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
    """
    if request.result is not None:
        return _pairs_of_result(network, request, request.result)
    fixed = [feature for feature in request.features if feature.rank is None]
    find_objectives(network, fixed)
    files = files_among(request.photographs)
    if request.accentuations and len(request.accentuations) != len(files):
        raise ConfigError(
            f"each photograph needs its accentuation: got {len(files)} photographs and "
            f"{len(request.accentuations)} accentuations"
        )
    pairs = []
    for index, path in enumerate(files):
        made = request.accentuations[index] if request.accentuations else None
        pairs += _pairs_of_file(network, request, path, made)
    return pairs


def _pairs_of_file(
    network: Network, request: PairRequest, path: Path, made: Path | None
) -> list[AttributionPair]:
    preprocessing = network.preprocessing
    side = request.canvas_px or default_canvas_px(preprocessing)
    accentuation = None if made is None else _square(made)
    if accentuation is not None:
        side = accentuation.shape[-1]
    seed_image = to_canvas(read_photograph(path), preprocessing, side)
    return [
        AttributionPair(
            name=path.name,
            feature=resolve_rank(network, seed_image, feature),
            seed_image=seed_image,
            accentuation=accentuation,
            sources=_hashes([path] if made is None else [path, made]),
            accentuation_file=None if made is None else made.name,
        )
        for feature in request.features
    ]


def _pairs_of_result(
    network: Network, request: PairRequest, result: ImageResult
) -> list[AttributionPair]:
    result.check_network(network)
    rows = result.rows_of(request.features)
    moved = files_among(request.photographs)
    pairs = [_pair_of_row(network, result, row, moved) for row in rows]
    find_objectives(network, [pair.feature for pair in pairs])
    return pairs


def _pair_of_row(
    network: Network,
    result: ImageResult,
    row: dict[str, str],
    moved: Sequence[Path],
) -> AttributionPair:
    photograph = result.photograph(row["photograph"], moved)
    made = result.path / row["file"]
    accentuation = _square(made)
    arrays = made.with_suffix(".npz")
    opacity_map = _opacity_map(arrays)
    return AttributionPair(
        name=row["photograph"],
        feature=parse_feature(row["feature_id"]),
        seed_image=to_canvas(
            read_photograph(photograph), network.preprocessing, accentuation.shape[-1]
        ),
        accentuation=accentuation,
        sources=_hashes([photograph, made, arrays]),
        opacity_map=opacity_map,
        accentuation_file=made.name,
    )


def _opacity_map(path: Path) -> Tensor:
    try:
        # An own stream, because np.load leaves a damaged file open.
        with path.open("rb") as stream, np.load(stream) as arrays:
            return torch.from_numpy(arrays["opacity_map"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise PhotographError(
            f"{path} cannot be read for its opacity map: {error}; give a folder that "
            "`accentuate image` has finished"
        ) from error


def _square(path: Path) -> Tensor:
    picture = read_photograph(path)
    if picture.width != picture.height:
        raise PhotographError(
            f"{path} is {picture.width} x {picture.height} pixels, not a square as "
            "accentuations are; give the picture that `accentuate image` saved"
        )
    return from_picture(picture)


def _hashes(paths: Sequence[Path]) -> dict[str, str]:
    return {str(path): photograph_sha256(path) for path in paths}
