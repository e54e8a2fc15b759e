"""Read photographs chunk by chunk: what can be seen of them, what features do there.

Memory depends on the size of a chunk, not on the number of photographs. A finished
chunk is kept in the work folder; a run that was killed goes on after it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.errors import ConfigError, NotFiniteError, PhotographError
from generator.features import Feature
from generator.index.feature_readings import BATCH, FeatureReader
from generator.index.features import directions_used
from generator.index.readings import Readings, join_readings
from generator.jobs import WorkFolder, content_key
from generator.networks import Network
from generator.perceptual_hash import difference_hash
from generator.photograph_folder import Photograph
from generator.photographs import read_photograph, to_canvas
from generator.progress import Progress
from generator.provenance import code_key

CHUNK = 64
"""Photographs in one unit of work, unless said otherwise."""


@dataclass(frozen=True, kw_only=True)
class IndexJob:
    """What is shown to which network."""

    network: Network

    folder: Path
    """What the photographs' paths are relative to."""

    features: tuple[Feature, ...]

    canvas_px: int
    """Side of the pictures shown."""

    work: WorkFolder
    """Keeps finished chunks, for a run that follows."""

    chunk_size: int = CHUNK
    """Photographs in one unit of work: what a killed run loses at most."""

    def __post_init__(self) -> None:
        if self.chunk_size < BATCH or self.chunk_size % BATCH:
            raise ConfigError(
                f"chunk_size must be a multiple of {BATCH}, the pictures of one pass "
                f"through the network; got {self.chunk_size}"
            )
        if not self.features:
            raise ConfigError("an index needs at least one feature; got none")

    @cached_property
    def reader(self) -> FeatureReader:
        """The features, looked up in the network.

        Raises:
            LayerNotFoundError, FeatureNotFoundError: the network has no such one.
        """
        return FeatureReader(self.network, self.features)

    def chunks(self, photographs: Sequence[Photograph]) -> Iterator[list[Photograph]]:
        """The photographs, some at a time."""
        for start in range(0, len(photographs), self.chunk_size):
            yield list(photographs[start : start + self.chunk_size])

    def canvas(self, photograph: Photograph) -> Tensor:
        """(3, H, W) canvas of a photograph.

        Raises:
            PhotographError: it cannot be read.
        """
        image = read_photograph(self.folder / photograph.path)
        return to_canvas(image, self.network.preprocessing, self.canvas_px)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Every photograph, looked at once before any computing."""

    photographs: tuple[Photograph, ...]
    """Those that can be read."""

    hashes: NDArray[np.uint64]
    """(n,) perceptual hashes of their canvas pictures."""

    faults: dict[str, str]
    """What is wrong with each of the others, by path."""

    def raise_faults(self) -> None:
        """Refuse unreadable photographs, all named; return when there are none.

        Raises:
            PhotographError: some cannot be read.
        """
        if self.faults:
            raise PhotographError("\n".join(self.faults.values()))


def survey_photographs(
    job: IndexJob, photographs: Sequence[Photograph], progress: Progress
) -> Survey:
    """Decode every photograph once, and take its perceptual hash.

    Raises:
        PhotographError: not one can be read.
    """
    progress.start("photographs", len(photographs), unit="photograph")
    hashes: list[NDArray[np.uint64]] = []
    faults: dict[str, str] = {}
    for chunk in job.chunks(photographs):
        key = _key(job, "photograph survey", chunk)
        stored = job.work.load(key)
        if stored is None:
            stored = _survey_chunk(job, chunk)
            if not stored["faults"].any():  # what is at fault may be mended
                job.work.store(key, stored)
        hashes.append(stored["hashes"])
        for photograph, fault in zip(chunk, stored["faults"].tolist(), strict=True):
            if fault:
                faults[photograph.path] = fault
        progress.advance(len(chunk))
    is_readable = [photograph.path not in faults for photograph in photographs]
    survey = Survey(
        photographs=tuple(p for p in photographs if p.path not in faults),
        hashes=np.concatenate(hashes)[np.array(is_readable, dtype=bool)],
        faults=faults,
    )
    if not survey.photographs:
        survey.raise_faults()
    return survey


def _survey_chunk(job: IndexJob, chunk: Sequence[Photograph]) -> dict[str, Any]:
    """Hashes (n,) and faults (n,) of a few photographs; no fault is an empty text."""
    hashes = np.zeros(len(chunk), dtype=np.uint64)
    faults = [""] * len(chunk)
    for place, photograph in enumerate(chunk):
        try:
            canvas = job.canvas(photograph)
        except PhotographError as error:
            faults[place] = str(error)
            continue
        levels = (canvas * 255).round().to(torch.uint8).permute(1, 2, 0).numpy()
        hashes[place] = difference_hash(levels)
    return {"hashes": hashes, "faults": np.array(faults, dtype=np.str_)}


def read_chunks(
    job: IndexJob, photographs: Sequence[Photograph], progress: Progress
) -> Iterator[Readings]:
    """Responses of the features to readable photographs, one chunk after the other.

    Raises:
        NotFiniteError: a feature gives no number; names it and the photograph.
    """
    progress.start("activation index", len(photographs), unit="photograph")
    features = [
        job.network.weights_sha256,
        [str(feature) for feature in job.features],
        directions_used(job.network, job.features),
    ]
    for chunk in job.chunks(photographs):
        key = _key(job, "activation index", chunk, *features)
        stored = job.work.load(key)
        if stored is None:
            readings = _read_chunk(job, chunk)
            job.work.store(key, asdict(readings))
        else:
            readings = Readings(**stored)
        yield readings
        progress.advance(len(chunk))


def _read_chunk(job: IndexJob, chunk: Sequence[Photograph]) -> Readings:
    batches = []
    for start in range(0, len(chunk), BATCH):
        some = chunk[start : start + BATCH]
        batches.append(job.reader.read(torch.stack([job.canvas(one) for one in some])))
    readings = join_readings(batches)
    _refuse_not_finite(readings.mean + readings.maximum, job, chunk)
    return readings


def _refuse_not_finite(
    values: NDArray[np.float32], job: IndexJob, chunk: Sequence[Photograph]
) -> None:
    broken = np.argwhere(~np.isfinite(values))
    if len(broken):
        place, feature = broken[0]
        raise NotFiniteError(
            f"{job.features[feature]} gives no finite activation on "
            f"{chunk[place].path}; leave the feature out, or check the weights"
        )


def _key(
    job: IndexJob, purpose: str, chunk: Sequence[Photograph], *more: object
) -> str:
    preprocessing = asdict(job.network.preprocessing)
    return content_key(
        purpose,
        code_key(),
        job.network.device,
        preprocessing,
        job.canvas_px,
        [[photograph.path, photograph.sha256] for photograph in chunk],
        *more,
    )
