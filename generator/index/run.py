"""From a folder of photographs to an index file, in one call."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import ConfigError
from generator.features import Feature
from generator.index.activation_table import ActivationTable, as_csv
from generator.index.chunks import CHUNK, IndexJob
from generator.index.features import enumerate_features
from generator.index.writer import IndexSummary, write_index
from generator.jobs import WorkFolder, write_whole
from generator.networks import Network
from generator.photograph_folder import list_folder
from generator.photographs import default_canvas_px
from generator.progress import NoProgress, Progress

MIN_CANVAS_PX = 32

MAX_CSV_FEATURES = 64
"""A CSV table of more columns is of little use to anybody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexConfig:
    """What is read of the photographs, and how."""

    features: Sequence[Feature] = ()
    """Single features and expressions."""

    layers: Sequence[str] = ()
    """Layers of which every channel is read."""

    with_logits: bool = False
    """Whether every logit is read."""

    canvas_px: int | None = None
    """Side of the pictures shown. None: 8/7 of what the network sees."""

    chunk_size: int = CHUNK
    """Photographs in memory at once, a multiple of 16; changes no number."""

    skips_unreadable: bool = False
    """Leave photographs that cannot be read out, instead of refusing all."""

    def __post_init__(self) -> None:
        if self.canvas_px is not None and self.canvas_px < MIN_CANVAS_PX:
            raise ConfigError(
                f"canvas_px must be at least {MIN_CANVAS_PX}; got {self.canvas_px}"
            )


def index_photographs(
    network: Network,
    folder: Path,
    config: IndexConfig,
    out: Path,
    *,
    progress: Progress | None = None,
) -> IndexSummary:
    """Read features off every photograph of a folder, and write them to one file.

    A run that was interrupted goes on where it was, from the work folder beside the
    file; that folder is removed at the end.

    Args:
        out: `.parquet`, or `.csv` for a few features, then with percentiles.

    Raises:
        ConfigError, LayerNotFoundError, FeatureNotFoundError: the request is wrong;
            no photograph was read.
        PhotographError: photographs cannot be read, all named; nothing was computed.
        OutputError: the file cannot be written.
    """
    check_index_path(out)
    features = enumerate_features(
        network,
        features=config.features,
        layers=config.layers,
        with_logits=config.with_logits,
    )
    is_csv = out.suffix.lower() == ".csv"
    if is_csv and len(features) > MAX_CSV_FEATURES:
        raise ConfigError(
            f"a CSV table holds at most {MAX_CSV_FEATURES} features; got "
            f"{len(features)}. Give a file that ends in .parquet."
        )
    work = out.with_name(f".{out.name}.work")
    canvas_px = config.canvas_px
    job = IndexJob(
        network=network,
        folder=folder,
        features=tuple(one.feature for one in features),
        canvas_px=(
            default_canvas_px(network.preprocessing) if canvas_px is None else canvas_px
        ),
        work=WorkFolder(path=work),
        chunk_size=config.chunk_size,
    )
    parquet = work / "index.parquet" if is_csv else out
    summary = write_index(
        job,
        features,
        list_folder(folder),
        parquet,
        skips_unreadable=config.skips_unreadable,
        progress=progress or NoProgress(),
    )
    if is_csv:
        write_whole(out, as_csv(ActivationTable.read(parquet)).encode())
    shutil.rmtree(work)  # only now is nothing left to go on with
    return summary


def check_index_path(out: Path) -> None:
    """Refuse a name that no index can have.

    Raises:
        ConfigError: another suffix than .parquet and .csv, or a folder.
    """
    if out.suffix.lower() not in {".parquet", ".csv"}:
        raise ConfigError(f"an index must end in .parquet or .csv; got {out}")
    if out.is_dir():
        raise ConfigError(f"an index must be a file; {out} is a folder")
