"""How strongly every photograph of a folder drives a few chosen features.

Activations are those of the 8-bit canvas picture that a bundle stores, whole and
un-augmented. An index of thousands of features is a file (`index_writer.py`); this
one lives in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.features import Feature
from generator.index.chunks import IndexJob, read_chunks, survey_photographs
from generator.jobs import WorkFolder
from generator.natural_activations import NaturalActivations
from generator.networks import Network
from generator.perceptual_hash import duplicate_groups
from generator.photograph_folder import Photograph
from generator.progress import Progress


@dataclass(frozen=True, kw_only=True)
class ActivationIndex(NaturalActivations):
    """Activations of a pool of photographs: one row each, one column per feature."""

    activations: NDArray[np.float32]
    """(n, F), the mean over positions of each feature."""

    def column(self, feature: Feature) -> NDArray[np.float32]:
        """(n,) activations of one feature."""
        column: NDArray[np.float32] = self.activations[:, self.features.index(feature)]
        return column


def build_index(
    network: Network,
    folder: Path,
    photographs: Sequence[Photograph],
    features: Sequence[Feature],
    *,
    canvas_px: int,
    work: WorkFolder,
    progress: Progress,
) -> ActivationIndex:
    """Show every photograph to the network once, chunk by chunk.

    Args:
        folder: what the photographs' paths are relative to.
        work: finished chunks are kept there, and taken from there.

    Raises:
        PhotographError: names the photographs that cannot be read, before the
            network is shown anything.
    """
    job = IndexJob(
        network=network,
        folder=folder,
        features=tuple(features),
        canvas_px=canvas_px,
        work=work,
    )
    survey = survey_photographs(job, photographs, progress)
    survey.raise_faults()
    chunks = [chunk.mean for chunk in read_chunks(job, survey.photographs, progress)]
    return ActivationIndex(
        photographs=survey.photographs,
        features=job.features,
        activations=np.concatenate(chunks),
        hashes=survey.hashes,
        groups=duplicate_groups([int(value) for value in survey.hashes]),
    )
