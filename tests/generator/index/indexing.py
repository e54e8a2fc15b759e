"""Make activation indices of the tiny world, as tests of several files need them."""

from pathlib import Path
from typing import Any

from generator.feature_text import parse_feature
from generator.index.activation_table import ActivationTable
from generator.index.chunks import IndexJob
from generator.index.features import enumerate_features
from generator.index.writer import IndexSummary, write_index
from generator.jobs import WorkFolder
from generator.networks import Network
from generator.photograph_folder import list_folder
from generator.progress import NoProgress, Progress
from tests.generator.tiny_world import make_network


def index_folder(
    photographs: Path,
    out: Path,
    *,
    features: tuple[str, ...] = (),
    network: Network | None = None,
    chunk_size: int = 16,
    progress: Progress | None = None,
    **options: Any,
) -> IndexSummary:
    """Write an index: the channels of layer `0` and the logits, unless features are
    named. Finished chunks lie beside it, in `work`."""
    network = make_network() if network is None else network
    chosen = enumerate_features(
        network,
        features=[parse_feature(text) for text in features],
        layers=() if features else ("0",),
        with_logits=not features,
    )
    job = IndexJob(
        network=network,
        folder=photographs,
        features=tuple(one.feature for one in chosen),
        canvas_px=32,
        work=WorkFolder(path=out.parent / "work"),
        chunk_size=chunk_size,
    )
    return write_index(
        job,
        chosen,
        list_folder(photographs),
        out,
        progress=progress or NoProgress(),
        **options,
    )


def indexed(photographs: Path, out: Path, **options: Any) -> ActivationTable:
    """The index of a folder, opened."""
    index_folder(photographs, out, **options)
    return ActivationTable.read(out)
