"""How strongly every photograph of a folder drives chosen features.

Activations are those of the 8-bit canvas picture that a bundle stores, whole and
un-augmented. Percentiles come only from here.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generator.activations import feature_activations
from generator.errors import PhotographError
from generator.exemplars import FeaturePool
from generator.features import Feature
from generator.jobs import WorkFolder, content_key
from generator.networks import Network
from generator.percentiles import percentile_of
from generator.perceptual_hash import difference_hash, duplicate_groups, hash_text
from generator.photographs import Photograph, read_photograph, to_canvas
from generator.progress import Progress
from generator.provenance import code_key

CHUNK = 32
"""Photographs in one unit of work."""


@dataclass(frozen=True, kw_only=True)
class ActivationIndex:
    """Activations of a pool of photographs: one row each, one column per feature."""

    photographs: tuple[Photograph, ...]
    """Sorted by path, exact duplicates dropped."""

    features: tuple[Feature, ...]

    activations: NDArray[np.float32]
    """(n, F), the mean over positions of each feature."""

    hashes: NDArray[np.uint64]
    """(n,) perceptual hashes of the canvas pictures."""

    groups: NDArray[np.int64]
    """(n,) duplicate group of each photograph."""

    def column(self, feature: Feature) -> NDArray[np.float32]:
        """(n,) activations of one feature."""
        column: NDArray[np.float32] = self.activations[:, self.features.index(feature)]
        return column

    def percentile(self, feature: Feature, activation: float) -> float:
        """Share of the pool below an activation, ties one half, 0 to 100."""
        value = np.array([activation], dtype=np.float32)
        return float(percentile_of(value, self.column(feature))[0])

    def pool(self, feature: Feature) -> FeaturePool:
        """What selection needs to know of one feature."""
        return FeaturePool(
            feature_id=str(feature),
            activations=self.column(feature),
            class_labels=tuple(photo.class_label for photo in self.photographs),
            hashes=self.hashes,
            groups=self.groups,
        )

    def describe(self) -> dict[str, Any]:
        """The `pool` object of a manifest."""
        return {
            "n_images": len(self.photographs),
            "sha256": pool_sha256(self.photographs),
            "classes": class_counts(self.photographs),
        }

    def as_table(self) -> str:
        """CSV: one row per photograph, two columns per feature."""
        names = [
            f"{kind}:{feature}"
            for feature in self.features
            for kind in ("activation", "percentile")
        ]
        head = ["path", "class_label", "sha256", "perceptual_hash", "duplicate_group"]
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow([*head, *names])
        columns = [self.column(feature) for feature in self.features]
        percentiles = [percentile_of(column, column) for column in columns]
        for row, photograph in enumerate(self.photographs):
            facts = [
                photograph.path,
                photograph.class_label or "",
                photograph.sha256,
                hash_text(int(self.hashes[row])),
                int(self.groups[row]),
            ]
            for column, percentile in zip(columns, percentiles, strict=True):
                facts += [float(column[row]), float(percentile[row])]
            writer.writerow(facts)
        return buffer.getvalue()


def pool_sha256(photographs: Sequence[Photograph]) -> str:
    """SHA-256 of the photographs' own hashes, sorted, one per line."""
    lines = "\n".join(sorted(photograph.sha256 for photograph in photographs))
    return hashlib.sha256(lines.encode()).hexdigest()


def class_counts(photographs: Sequence[Photograph]) -> dict[str, int]:
    """Photographs of each class; those of no class are left out."""
    labels = (photograph.class_label for photograph in photographs)
    return dict(sorted(Counter(label for label in labels if label is not None).items()))


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
        PhotographError: names the photographs that cannot be read.
    """
    activations, hashes, faults = [], [], []
    progress.start("activation index", len(photographs), unit="photograph")
    for start in range(0, len(photographs), CHUNK):
        chunk = photographs[start : start + CHUNK]
        key = _chunk_key(network, chunk, features, canvas_px)
        stored = work.load(key)
        if stored is None:
            try:
                stored = _index_chunk(network, folder, chunk, features, canvas_px)
            except PhotographError as error:
                faults.append(str(error))
                continue
            work.store(key, stored)
        activations.append(stored["activations"])
        hashes.append(stored["hashes"])
        progress.advance(len(chunk))
    if faults:
        raise PhotographError("\n".join(faults))
    all_hashes = np.concatenate(hashes)
    return ActivationIndex(
        photographs=tuple(photographs),
        features=tuple(features),
        activations=np.concatenate(activations),
        hashes=all_hashes,
        groups=duplicate_groups([int(value) for value in all_hashes]),
    )


def _chunk_key(
    network: Network,
    chunk: Sequence[Photograph],
    features: Sequence[Feature],
    canvas_px: int,
) -> str:
    return content_key(
        "activation index",
        code_key(),
        network.weights_sha256,
        network.device,
        [str(feature) for feature in features],
        canvas_px,
        [photograph.sha256 for photograph in chunk],
    )


def _index_chunk(
    network: Network,
    folder: Path,
    chunk: Sequence[Photograph],
    features: Sequence[Feature],
    canvas_px: int,
) -> dict[str, NDArray[Any]]:
    """Activations (n, F) and hashes (n,) of a few photographs."""
    canvases, faults = [], []
    for photograph in chunk:
        try:
            image = read_photograph(folder / photograph.path)
            canvases.append(to_canvas(image, network.preprocessing, canvas_px))
        except PhotographError as error:
            faults.append(str(error))
    if faults:
        raise PhotographError("\n".join(faults))
    stacked = torch.stack(canvases)  # (n, 3, H, W)
    levels = (stacked * 255).round().to(torch.uint8).permute(0, 2, 3, 1).numpy()
    hashes = [difference_hash(picture) for picture in levels]
    return {
        "activations": feature_activations(network, stacked, features).numpy(),
        "hashes": np.array(hashes, dtype=np.uint64),
    }
