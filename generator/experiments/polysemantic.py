"""One unit, several things it stands for: its top photographs in clusters.

Photographs are told apart by how the unit comes to respond to them: the activation
times the gradient of each channel of an earlier layer. A seed image from each cluster
is accentuated.

Source: the authors' own case is a unit of AlexNet (Hamblin et al. 2024, arXiv
    2402.10039); clustering by attribution vectors is ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from generator.activations import feature_activations, network_view
from generator.capture import layer_gradients, undisturbed
from generator.errors import ConfigError
from generator.experiments.scene import (
    Scene,
    need_pool,
    read_seed_image,
)
from generator.experiments.studio import Plan, Studio
from generator.experiments.trial import Trial
from generator.experiments.units import strongest_unit
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.layers import by_position, check_layer
from generator.search.regularization import choose_layer, stages
from generator.streams import JobStreams, content_id

_TOP = 24
_CLUSTERS = 3
_MEMBERS_SHOWN = 4
"""Other photographs of each cluster, strongest first."""

_BATCH = 8

Vectors = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Cluster:
    """Photographs to which the unit responds in one way."""

    seed: int
    """The one nearest to the middle; a row of the top photographs."""

    others: tuple[int, ...]
    """The rest, strongest first."""


def plan(scene: Scene) -> Plan:
    """One row for each cluster.

    Raises:
        PhotographError: too few photographs.
        ConfigError: more clusters than half the photographs, or an unfit layer.
    """
    n_clusters = scene.request.n_clusters or _CLUSTERS
    files = need_pool(scene, at_least=2 * n_clusters)
    n_top = min(scene.request.n_top or _TOP, len(files))
    if n_top < 2 * n_clusters:
        raise ConfigError(
            f"{n_clusters} clusters need at least {2 * n_clusters} top photographs; "
            f"got {n_top}. Raise --top, or lower --clusters."
        )
    feature = scene.single_feature() or strongest_unit(scene, files)
    layer = _vector_layer(scene, feature)

    def make(studio: Studio) -> None:
        top = _strongest(scene, files, feature, n_top)
        vectors = attribution_vectors(scene, top, feature, layer)
        labels = _labels(scene, vectors, feature, n_clusters)
        found = clusters(vectors, labels)
        apart = float(silhouette_score(vectors, labels)) if len(found) > 1 else 0.0
        studio.remarks.append(_verdict(len(found), n_clusters, apart))
        for number, cluster in enumerate(found, start=1):
            heading = f"cluster {number} of {len(found)}: {1 + len(cluster.others)}"
            studio.begin(f"{heading} of the {n_top} top photographs")
            _make_row(studio, top, feature, cluster, number, apart)

    return Plan(
        title=f"What one unit stands for: {scene.network.name}, {feature}",
        note=f"The unit's {n_top} top photographs of {len(files)}, in clusters of "
        f"their attribution vectors at {layer}.",
        n_crops=n_clusters * scene.config.crops_per_job,
        make=make,
    )


def _vector_layer(scene: Scene, feature: Feature) -> str:
    """The layer asked for, or the last earlier stage with other channels.

    Between stages of as many channels a residual connection hands most of a channel
    on to the same channel: there, all attribution vectors look alike.
    """
    network, asked = scene.network, scene.request.values
    order = [layer.name for layer in network.layers]
    deepest = max(find_objective(network, feature).layers, key=order.index)
    if len(asked) > 1:
        raise ConfigError(
            f"polysemantic takes attribution vectors at one layer; got {len(asked)} "
            "--values"
        )
    if asked:
        return choose_layer(
            network.module, network.layers, wanted=asked[0], feature=deepest
        )
    own = check_layer(deepest, network.layers)
    earlier = [
        stage
        for stage in stages(network.module, network.layers)
        if stage.stride_px is not None
        and order.index(stage.name) < order.index(deepest)
    ]
    others = [stage for stage in earlier if stage.n_channels != own.n_channels]
    return [own, *earlier, *others][-1].name


def _strongest(
    scene: Scene, files: Sequence[Path], feature: Feature, n_top: int
) -> list[Path]:
    """The photographs that drive a feature most, strongest first."""
    found = [
        feature_activations(
            scene.network,
            scene.canvases(files[first : first + _BATCH]),
            [feature],
        )
        for first in range(0, len(files), _BATCH)
    ]
    order = torch.cat(found)[:, 0].argsort(descending=True, stable=True)
    return [files[i] for i in order[:n_top].tolist()]


def attribution_vectors(
    scene: Scene, files: Sequence[Path], feature: Feature, layer: str
) -> Vectors:
    """(photographs, C) of unit length: activation × gradient, summed over positions."""
    network = scene.network
    objective = find_objective(network, feature)
    name = check_layer(layer, network.layers).name
    rows = []
    with undisturbed(network.module):
        for first in range(0, len(files), _BATCH):
            view = network_view(network, scene.canvases(files[first : first + _BATCH]))
            seen = layer_gradients(
                network, view, objective, [name], score_layers=objective.layers
            )[name]
            share = by_position(seen.activation * seen.gradient).sum(-1)  # (b, C)
            rows.append(share.detach().double().cpu())
    vectors = torch.cat(rows)
    length = vectors.norm(dim=1, keepdim=True).clamp_min(1e-30)
    unit: Vectors = (vectors / length).numpy()
    return unit


def _labels(
    scene: Scene, vectors: Vectors, feature: Feature, n_clusters: int
) -> NDArray[np.int64]:
    """The cluster of each vector; fewer clusters where vectors coincide."""
    streams = JobStreams(
        rng_seed=scene.rng_seed, job_id=content_id("clusters", str(feature))
    )
    n_distinct = len(np.unique(vectors, axis=0))
    means = KMeans(
        n_clusters=min(n_clusters, n_distinct),
        n_init=10,
        random_state=int(streams.rng("init").integers(2**31)),
    )
    labels: NDArray[np.int64] = means.fit_predict(vectors).astype(np.int64)
    return labels


def clusters(vectors: Vectors, labels: NDArray[np.int64]) -> list[Cluster]:
    """Largest first; of two as large, the one with the stronger photograph.

    Args:
        vectors: (n, C), strongest photograph first.
        labels: (n,) cluster of each.
    """
    found = []
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        middle = vectors[members].mean(axis=0)
        nearest = np.linalg.norm(vectors[members] - middle, axis=1).argmin()
        seed = int(members[nearest])
        others = tuple(int(i) for i in members if i != seed)
        found.append(Cluster(seed=seed, others=others))
    return sorted(found, key=lambda c: (-len(c.others), min((c.seed, *c.others))))


def _verdict(n_found: int, n_wanted: int, apart: float) -> str:
    """How far the clusters may be believed.

    Source: the bounds of Kaufman & Rousseeuw (1990), Finding Groups in Data.
    """
    fewer = "" if n_found == n_wanted else f"Vectors coincide: {n_found} cluster(s). "
    state = "wide apart" if apart > 0.5 else "apart" if apart > 0.25 else "HARDLY APART"
    return f"{fewer}Silhouette {apart:.2f}: the clusters are {state}."


def _make_row(
    studio: Studio,
    top: Sequence[Path],
    feature: Feature,
    cluster: Cluster,
    number: int,
    apart: float,
) -> None:
    """Seed image, accentuation, and what else lies in the cluster."""
    scene = studio.scene
    columns = {
        "cluster": number,
        "n_members": 1 + len(cluster.others),
        "silhouette": apart,
    }
    seed = read_seed_image(scene.network, top[cluster.seed], scene.canvas_px)
    studio.show_photograph(
        seed, feature, label=f"seed image: {seed.name}", setting=columns
    )
    studio.accentuate(
        [
            Trial(
                label="accentuation",
                job=scene.job(seed, feature),
                config=scene.config,
                setting=columns,
            )
        ]
    )
    for index in cluster.others[:_MEMBERS_SHOWN]:
        member = read_seed_image(scene.network, top[index], scene.canvas_px)
        studio.show_photograph(
            member, feature, label=f"also: {member.name}", setting=columns
        )
