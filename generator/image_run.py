"""Photographs × features: accentuate, measure and write each. No printing."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from generator.accentuation import Accentuation, accentuate_each
from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations, resolve_rank
from generator.config import AccentuationConfig
from generator.contact_sheet import SheetRow, contact_sheet
from generator.errors import NoGradientError
from generator.features import Feature
from generator.networks import Network
from generator.objectives import find_objectives
from generator.opacity import display_opacity, render_masked
from generator.percentiles import percentile_of
from generator.photographs import (
    default_canvas_px,
    list_photographs,
    read_photograph,
    to_canvas,
    to_picture,
)
from generator.problem import OnCrops
from generator.provenance import describe_generator
from generator.result_folder import ResultFolder

_POOL_BATCH = 32
SHEET_TITLES = ("seed image", "accentuation", "opacity map", "masked")


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRequest:
    """What `accentuate image` was asked for."""

    photographs: Sequence[Path]
    """Files, and folders of files."""

    features: Sequence[Feature]
    """Each brought out in each photograph; `logit:#N` is looked up in each."""

    pool: Sequence[Path]
    """Folders of the photographs that percentiles refer to; may be empty."""

    rng_seed: int
    config: AccentuationConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageOutcome:
    """What became of the jobs."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    """One per accentuation: the columns of metrics.csv."""

    refused: list[tuple[AccentuationJob, NoGradientError]] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ImageJobs:
    """The jobs of a request, checked, with what percentiles need."""

    jobs: list[AccentuationJob]
    sources: dict[str, str]
    """SHA-256 of each photograph by its path."""

    pool: dict[Feature, np.ndarray]
    """Activation of each feature to each pool photograph."""

    n_pool: int
    canvas_px: int


def prepare(network: Network, request: ImageRequest) -> ImageJobs:
    """Read every photograph and look every feature up, before any search.

    Raises:
        PhotographError, LayerNotFoundError, FeatureNotFoundError: one is not there.
    """
    preprocessing = network.preprocessing
    canvas_px = request.config.canvas_px or default_canvas_px(preprocessing)
    fixed = [feature for feature in request.features if feature.rank is None]
    find_objectives(network, fixed)
    paths = _files(request.photographs)
    jobs = []
    for path in paths:
        canvas = to_canvas(read_photograph(path), preprocessing, canvas_px)
        jobs += [
            AccentuationJob(
                seed_image=canvas,
                feature=resolve_rank(network, canvas, feature),
                rng_seed=request.rng_seed,
                name=path.name,
            )
            for feature in request.features
        ]
    features = sorted({job.feature for job in jobs})
    activations = _pool_activations(network, request.pool, features, canvas_px)
    return ImageJobs(
        jobs=jobs,
        sources={
            str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
        },
        pool={feature: activations[:, i] for i, feature in enumerate(features)},
        n_pool=len(activations),
        canvas_px=canvas_px,
    )


def _files(photographs: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in photographs:
        if path.is_dir():
            files += [path / found.path for found in list_photographs(path)]
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def _pool_activations(
    network: Network,
    folders: Sequence[Path],
    features: Sequence[Feature],
    canvas_px: int,
) -> np.ndarray:
    """(photographs, features) float32; a photograph in two folders counts once."""
    paths: dict[str, Path] = {}
    for folder in folders:
        for photograph in list_photographs(folder):
            paths.setdefault(photograph.sha256, folder / photograph.path)
    files = list(paths.values())
    rows = [np.empty((0, len(features)), dtype=np.float32)]
    for first in range(0, len(files), _POOL_BATCH):
        canvases = [
            to_canvas(read_photograph(path), network.preprocessing, canvas_px)
            for path in files[first : first + _POOL_BATCH]
        ]
        found = feature_activations(network, torch.stack(canvases), features)
        rows.append(found.numpy())
    return np.concatenate(rows)


def make_images(
    network: Network,
    request: ImageRequest,
    prepared: ImageJobs,
    folder: ResultFolder,
    *,
    on_crops: OnCrops | None = None,
    on_refused: Callable[[str], None] | None = None,
) -> ImageOutcome:
    """Search for each accentuation and write it as soon as it is there.

    Tables, record and contact sheet are written at the end, also when interrupted:
    they then cover what is finished.
    """
    outcome = ImageOutcome()
    sheet: list[SheetRow] = []

    def refuse(job: AccentuationJob, error: NoGradientError) -> None:
        outcome.refused.append((job, error))
        if on_refused is not None:
            on_refused(str(error))

    try:
        for accentuation in accentuate_each(
            network,
            prepared.jobs,
            request.config,
            on_crops=on_crops,
            on_no_gradient=refuse,
        ):
            row, pictures = _write_one(accentuation, request.config, prepared, folder)
            outcome.rows.append(row)
            sheet.append(SheetRow(pictures=pictures, caption=_caption(row)))
    finally:
        _write_summary(network, request, prepared, outcome, sheet, folder)
    return outcome


def _write_one(
    made: Accentuation,
    config: AccentuationConfig,
    prepared: ImageJobs,
    folder: ResultFolder,
) -> tuple[dict[str, Any], list[Image.Image]]:
    job = made.job
    stem = folder.new_stem(Path(job.name).stem, str(job.feature))
    shown = display_opacity(
        made.opacity_map,
        clip_percent=config.clip_percent,
        blur_px=config.blur_fraction * made.image.shape[-1],
    )
    pictures = [
        to_picture(job.seed_image),
        to_picture(made.image),
        to_picture(_gray(shown)),
        to_picture(render_masked(made.image, shown)),
    ]
    names = (f"{stem}.png", f"{stem}.opacity_map.png", f"{stem}.masked.png")
    for name, picture in zip(names, pictures[1:], strict=True):
        folder.write_picture(name, picture)
    return _row(made, names[0], prepared), pictures


def _gray(map_: Tensor) -> Tensor:
    return map_.expand(3, -1, -1)


def _row(made: Accentuation, file: str, prepared: ImageJobs) -> dict[str, Any]:
    """What metrics.csv says of one accentuation."""
    pool = prepared.pool[made.job.feature]

    def percentile(value: float) -> float | None:
        if not prepared.n_pool:
            return None
        return float(percentile_of(np.array([value], dtype=np.float32), pool)[0])

    return {
        "photograph": made.job.name,
        "feature_id": str(made.job.feature),
        "activation_before": made.activation_before,
        "activation_after": made.activation_after,
        "percentile_before": percentile(made.activation_before),
        "percentile_after": percentile(made.activation_after),
        "ssim": made.ssim,
        "latent_distance": made.latent_distance,
        "latent_distance_relative": made.latent_distance_relative,
        "regularization_layer": made.regularization_layer,
        "regularization_weight": made.regularization_weight,
        "regularization_balance": made.balance,
        "rng_seed": made.job.rng_seed,
        "file": file,
    }


def _caption(row: dict[str, Any]) -> str:
    return (
        f"{row['photograph']}  {row['feature_id']}  "
        f"{row['activation_before']:.2f} -> {row['activation_after']:.2f}  "
        f"SSIM {row['ssim']:.2f}"
    )


def _write_summary(
    network: Network,
    request: ImageRequest,
    prepared: ImageJobs,
    outcome: ImageOutcome,
    sheet: list[SheetRow],
    folder: ResultFolder,
) -> None:
    config = request.config
    folder.write_table("metrics.csv", outcome.rows)
    if sheet:
        folder.write_picture(
            "contact_sheet.png", contact_sheet(sheet, titles=SHEET_TITLES)
        )
    folder.write_record(
        "run.json",
        {
            "config": asdict(config) | {"canvas_px": prepared.canvas_px},
            "display": {
                "clip_percent": config.clip_percent,
                "blur_px": config.blur_fraction * prepared.canvas_px,
            },
            "features": [str(feature) for feature in request.features],
            "network": describe_network(network),
            "photographs": prepared.sources,
            "n_pool": prepared.n_pool,
            "rng_seed": request.rng_seed,
            "refused": [str(error) for _, error in outcome.refused],
            "accentuations": outcome.rows,
            "generator": describe_generator(network.device),
        },
    )


def describe_network(network: Network) -> dict[str, Any]:
    """What identifies a network in a record."""
    labels = "\n".join(network.labels).encode()
    return {
        "name": network.name,
        "weights_sha256": network.weights_sha256,
        "labels_sha256": hashlib.sha256(labels).hexdigest(),
        "device": network.device,
        **asdict(network.preprocessing),
    }
