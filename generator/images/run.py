"""Photographs × features: accentuate, measure and write each. No printing."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PIL import Image
from torch import Tensor

from generator.accentuation import Accentuation, accentuate_each
from generator.accentuation_job import AccentuationJob
from generator.activation_levels import check_levels, reach_each
from generator.activations import resolve_rank
from generator.config import AccentuationConfig
from generator.errors import GeneratorError, PhotographError
from generator.feature_lookup import find_objectives
from generator.images.pool import natural_pool
from generator.images.request import ImageRequest
from generator.images.tables import (
    NaturalPool,
    Row,
    distance_rows,
    feature_rows,
    picture_row,
)
from generator.network_record import describe_network
from generator.networks import Network, Preprocessing
from generator.photograph_folder import (
    display_names,
    distinct_files,
    files_among,
    photograph_sha256,
)
from generator.photographs import (
    default_canvas_px,
    read_photograph,
    to_canvas,
)
from generator.provenance import describe_generator
from generator.results.contact_sheet import SheetRow, contact_sheet
from generator.results.result_folder import ResultFolder
from generator.results.saved_accentuation import CHANGE_FACTOR, save_accentuation
from generator.search.preparation import batches
from generator.search.problem import OnCrops
from generator.search.refusals import OnRefused


@dataclass(kw_only=True, slots=True)
class ImageOutcome:
    """What became of the jobs."""

    rows: list[Row] = field(default_factory=list)
    """One per accentuation: the columns of metrics.csv."""

    distances: list[Row] = field(default_factory=list)
    """One per accentuation and layer: the columns of distances.csv."""

    changes: list[Tensor] = field(default_factory=list)
    """One per accentuation, (C,): its channel change at the regularization layer."""

    sheet: list[SheetRow] = field(default_factory=list)

    refused: list[tuple[AccentuationJob, GeneratorError]] = field(default_factory=list)

    is_finished: bool = False
    """No job is left; False after an interruption."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ImageJobs:
    """The jobs of a request, checked, with what percentiles need."""

    jobs: list[AccentuationJob]
    sources: dict[str, str]
    """SHA-256 of each photograph by its path."""

    pool: NaturalPool
    canvas_px: int


def prepare(network: Network, request: ImageRequest) -> ImageJobs:
    """Read every photograph and look every feature up, before any search.

    Raises:
        PhotographError, LayerNotFoundError, FeatureNotFoundError: one is not there.
        ConfigError: the rng_seed or the regularization layer does not do.
    """
    preprocessing = network.preprocessing
    canvas_px = request.config.canvas_px or default_canvas_px(preprocessing)
    fixed = [feature for feature in request.features if feature.rank is None]
    find_objectives(network, fixed)
    paths = files_among(request.photographs)
    names = display_names(paths)
    jobs = []
    for path in paths:
        photograph = read_photograph(path)
        canvas = to_canvas(photograph, preprocessing, canvas_px)
        jobs += [
            AccentuationJob(
                seed_image=canvas,
                feature=resolve_rank(network, canvas, feature),
                rng_seed=request.rng_seed,
                suppress=request.suppress,
                region=_region(request.region, photograph, preprocessing, canvas_px),
                name=names[path],
            )
            for feature in request.features
        ]
    for _ in batches(network, jobs, request.config):
        pass  # refuses what cannot be posed before the pool is looked at
    features = sorted({job.feature for job in jobs})
    files = [*distinct_files(request.pool).values()]
    pool = natural_pool(network, files, features, canvas_px)
    if request.levels:
        check_levels(jobs, request.config, request.levels, pool.activations)
    return ImageJobs(
        jobs=jobs,
        sources={str(path): photograph_sha256(path) for path in paths},
        pool=pool,
        canvas_px=canvas_px,
    )


def _region(
    path: Path | None,
    photograph: Image.Image,
    preprocessing: Preprocessing,
    canvas_px: int,
) -> Tensor | None:
    """(canvas_px, canvas_px): the part of a mask that the canvas shows."""
    if path is None:
        return None
    mask = read_photograph(path)
    if mask.size != photograph.size:
        raise PhotographError(
            f"the region {path} has {mask.width} x {mask.height} pixels, but a "
            f"photograph has {photograph.width} x {photograph.height}; draw it on the "
            "photograph itself"
        )
    return to_canvas(mask, preprocessing, canvas_px).mean(0)


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

    def refuse(job: AccentuationJob, error: GeneratorError) -> None:
        outcome.refused.append((job, error))
        if on_refused is not None:
            on_refused(str(error))

    try:
        for made in _search(network, request, prepared, on_crops, refuse):
            _write_one(request, prepared, made, outcome, folder)
        outcome.is_finished = True
    finally:
        _write_summary(network, request, prepared, outcome, folder)
    return outcome


def _search(
    network: Network,
    request: ImageRequest,
    prepared: ImageJobs,
    on_crops: OnCrops | None,
    refuse: OnRefused,
) -> Iterator[Accentuation]:
    """Every picture as soon as it is there."""
    jobs, config = prepared.jobs, request.config
    if not request.levels:
        yield from accentuate_each(
            network, jobs, config, on_crops=on_crops, on_refused=refuse
        )
        return
    for _, made in reach_each(
        network,
        jobs,
        config,
        request.levels,
        prepared.pool.activations,
        on_crops=on_crops,
        on_refused=refuse,
    ):
        yield made


def _write_one(
    request: ImageRequest,
    prepared: ImageJobs,
    made: Accentuation,
    outcome: ImageOutcome,
    folder: ResultFolder,
) -> None:
    with folder.together():
        saved = save_accentuation(made, folder, gif=request.gif, mp4=request.mp4)
        file, views = saved.picture.name, saved.views
        row = picture_row(
            made, file=file, pool=prepared.pool, second=request.second_network
        )
        distances = distance_rows(made, file=file)
    pictures = [
        *(views.seed_image, views.picture, views.opacity_map),
        *(views.masked, views.change),
    ]
    # Only now: an interruption above leaves no row without its other tables.
    outcome.rows.append(row)
    outcome.distances.extend(distances)
    outcome.changes.append(
        made.metrics.latent[made.regularization_layer].channel_change
    )
    outcome.sheet.append(SheetRow(pictures=pictures, caption=_caption(row)))


def _caption(row: Row) -> str:
    sign = "not " if row["suppress"] and row["goal"] is None else ""
    goal = f"  {row['goal']}" if row["goal"] else ""
    flag = f"  {row['flag']}" if row["flag"] else ""
    return (
        f"{row['photograph']}  {sign}{row['feature_id']}  "
        f"{row['activation_before']:.2f} -> {row['activation_after']:.2f}  "
        f"SSIM {row['ssim']:.2f}{goal}{flag}"
    )


def _sheet_titles(config: AccentuationConfig) -> tuple[str, ...]:
    clip = f"top {config.clip_percent:g} % opaque"
    return (
        "seed image",
        "accentuation",
        "opacity map, blurred",
        f"masked, {clip}",
        f"change x{CHANGE_FACTOR}",
    )


def _write_summary(
    network: Network,
    request: ImageRequest,
    prepared: ImageJobs,
    outcome: ImageOutcome,
    folder: ResultFolder,
) -> None:
    config = request.config
    folder.write_table("metrics.csv", outcome.rows)
    folder.write_table("distances.csv", outcome.distances)
    folder.write_table("features.csv", feature_rows(outcome.rows, outcome.changes))
    if outcome.sheet:
        sheet = contact_sheet(outcome.sheet, titles=_sheet_titles(config))
        folder.write_picture("contact_sheet.png", sheet)
    second = request.second_network
    folder.write_record(
        "run.json",
        {
            "config": asdict(config) | {"canvas_px": prepared.canvas_px},
            "levels": [str(level) for level in request.levels],
            "region": None if request.region is None else str(request.region),
            "features": [str(feature) for feature in request.features],
            "suppress": request.suppress,
            "network": describe_network(network),
            "second_network": None if second is None else describe_network(second),
            "photographs": prepared.sources,
            "n_pool": prepared.pool.n_images,
            "rng_seed": request.rng_seed,
            "is_finished": outcome.is_finished,
            "refused": [str(error) for _, error in outcome.refused],
            "accentuations": outcome.rows,
            "generator": describe_generator(network.device),
        },
    )
