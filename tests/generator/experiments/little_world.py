"""A little network with eight labels, photographs on disk, and figures of them."""

from pathlib import Path
from typing import Any

from torch import nn

from generator.config import AccentuationConfig
from generator.experiments.request import FigureRequest
from generator.experiments.run import prepare_figure
from generator.experiments.studio import Studio
from generator.feature_text import parse_feature
from generator.networks import Network
from generator.photographs import to_picture
from generator.search.problem import OnCrops
from tests.generator.toy_network import drawn_network, picture

LABELS = ("dot", "line", "wave", "grid", "ring", "star", "leaf", "moss")
QUICK = AccentuationConfig(
    steps=3, draws_per_step=2, balance_draws=4, canvas_px=32, learning_rate=0.1
)


def little_network() -> Network:
    """Two smooth convolutions of 16-pixel pictures and a readout."""
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Conv2d(6, 8, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, len(LABELS)),
    )
    return drawn_network("little", module, labels=LABELS, rng_seed=3)


def write_photographs(folder: Path, count: int) -> list[Path]:
    """Smooth random pictures, 40 x 40 pixels."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"photo{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        to_picture(picture(40, 40, rng_seed=number)).save(path)
    return paths


def request_of(
    photographs: list[Path], *, features: tuple[str, ...] = (), **settings: Any
) -> FigureRequest:
    """A quick figure of these photographs."""
    return FigureRequest(
        photographs=tuple(photographs),
        features=tuple(parse_feature(text) for text in features),
        **{"config": QUICK, **settings},
    )


def studio_of(
    name: str,
    request: FigureRequest,
    out: Path,
    *,
    network: Network | None = None,
    on_crops: OnCrops | None = None,
) -> Studio:
    """An experiment planned on the little network, ready to run."""
    return prepare_figure(
        name, network or little_network(), request, out=out, on_crops=on_crops
    )


def rows_of(name: str, request: FigureRequest, out: Path) -> list[dict[str, Any]]:
    """Make the figure; the rows of its pictures, without the photographs."""
    studio = studio_of(name, request, out)
    studio.run()
    return [row for row in studio.rows if row["kind"] != "natural"]
