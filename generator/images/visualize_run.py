"""Features × noise starts: visualize, measure and write each. No printing."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from generator.config import VisualizationConfig
from generator.errors import ConfigError
from generator.features import Feature
from generator.network_record import describe_network
from generator.networks import Network
from generator.parameterization.natural_spectrum import find_spectrum
from generator.photographs import default_canvas_px, to_picture
from generator.provenance import describe_generator
from generator.results.contact_sheet import SheetRow, contact_sheet
from generator.results.result_folder import ResultFolder
from generator.search.problem import OnCrops
from generator.visualization import FeatureVisualization, VisualizationJob, visualize


@dataclass(frozen=True, kw_only=True, slots=True)
class VisualizeRequest:
    """What `accentuate visualize` was asked for."""

    features: Sequence[Feature]

    n_starts: int
    """Pictures of each feature."""

    spectrum: Path | None
    """Spectrum that `fourier_phase` keeps: a file of `accentuate spectrum`, or a
    folder of photographs. None: the one that the package brings."""

    rng_seed: int
    """Of the first start; the next ones count up."""

    config: VisualizationConfig

    def __post_init__(self) -> None:
        if self.n_starts < 1:
            raise ConfigError(f"starts must be at least 1; got {self.n_starts}")
        if self.n_starts == 1 and self.config.diversity_weight > 0:
            raise ConfigError(
                "diversity_weight needs pictures to differ from: at least 2 starts; "
                "got 1"
            )


def make_visualizations(
    network: Network,
    request: VisualizeRequest,
    folder: ResultFolder,
    *,
    on_crops: OnCrops | None = None,
) -> list[dict[str, Any]]:
    """Write each picture, a contact sheet (a row per feature), table and record.

    Returns:
        The rows of metrics.csv.
    """
    side = request.config.canvas_px or default_canvas_px(network.preprocessing)
    spectrum = find_spectrum(request.spectrum)
    jobs = [
        VisualizationJob(feature=feature, rng_seed=request.rng_seed + start)
        for feature in request.features
        for start in range(request.n_starts)
    ]
    made = visualize(
        network,
        jobs,
        request.config,
        natural_magnitude=spectrum.resized(side, side),
        on_crops=on_crops,
    )
    rows = [_write_one(picture, folder) for picture in made]
    folder.write_table("metrics.csv", rows)
    folder.write_picture("contact_sheet.png", _sheet(made, request.n_starts))
    folder.write_record(
        "run.json",
        {
            "config": asdict(request.config) | {"canvas_px": side},
            "network": describe_network(network),
            "spectrum": spectrum.origin(),
            "visualizations": rows,
            "generator": describe_generator(network.device),
        },
    )
    return rows


def _write_one(made: FeatureVisualization, folder: ResultFolder) -> dict[str, Any]:
    feature, rng_seed = made.job.feature, made.job.rng_seed
    file = f"{folder.new_stem(str(feature), str(rng_seed))}.png"
    folder.write_picture(file, to_picture(made.image))
    return {
        "feature_id": str(feature),
        "rng_seed": rng_seed,
        "activation": made.activation,
        "precision": made.precision.used,
        "file": file,
    }


def _sheet(made: Sequence[FeatureVisualization], n_starts: int) -> Image.Image:
    rows = []
    for first in range(0, len(made), n_starts):
        group = made[first : first + n_starts]
        scores = ", ".join(f"{picture.activation:.2f}" for picture in group)
        rows.append(
            SheetRow(
                pictures=[to_picture(picture.image) for picture in group],
                caption=f"{group[0].job.feature}  {scores}",
            )
        )
    return contact_sheet(rows, titles=["feature visualizations"])
