"""Concept activation vectors of folders of photographs."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generator.concepts.cav import Cav, CavConfig, fit_cav
from generator.concepts.made_files import direction_file, image_set
from generator.concepts.photograph_activations import (
    Collection,
    checked_canvas_px,
    mean_activations,
)
from generator.directions.direction import (
    Direction,
    DirectionFile,
    check_direction_name,
    unit_direction,
)
from generator.errors import ConfigError, DirectionError
from generator.layers import LayerInfo, check_layer
from generator.networks import Network
from generator.progress import NoProgress, Progress
from generator.streams import JobStreams, content_id


@dataclass(frozen=True, kw_only=True, slots=True)
class Concept:
    """A folder of photographs that show one thing."""

    name: str
    """Of the direction."""

    collection: Collection


def name_of_folder(folder: Path) -> str:
    """A folder's name with everything that a direction's cannot hold made `_`."""
    return re.sub(r"[^A-Za-z0-9.-]+", "_", folder.resolve().name).strip("_.-")


def find_cavs(
    network: Network,
    concepts: Sequence[Path],
    random: Path,
    config: CavConfig,
    *,
    progress: Progress | None = None,
) -> DirectionFile:
    """One direction for each folder of a concept, against a folder of random images.

    Random photographs that are also a concept's are left out for that concept.

    Raises:
        ConfigError: two concepts of one name.
        DirectionError: too few photographs, or a direction below the limits of the
            configuration, unless it keeps weak ones.
        LayerNotFoundError, PhotographError
    """
    progress = progress or NoProgress()
    layer = check_layer(config.layer, network.layers)
    canvas_px = checked_canvas_px(network, config.canvas_px)
    named = _named(concepts)
    pool = Collection.of(random)
    set_sizes = {
        concept.name: config.set_size(
            len(concept.collection.photographs),
            len(pool.without(concept.collection.photographs).photographs),
        )
        for concept in named
    }

    def rows_of(collection: Collection, stage: str) -> NDArray[np.float64]:
        return mean_activations(
            collection,
            network,
            layer,
            canvas_px=canvas_px,
            progress=progress,
            stage=stage,
        )

    random_rows = rows_of(pool, "random photographs")  # (m, C)
    directions = []
    for concept in named:
        rows = rows_of(concept.collection, concept.name)  # (n, C)
        cav = _fit(concept, rows, pool, random_rows, config)
        directions.append(_direction(concept.name, layer, cav, config))
    _refuse_weak(directions, config)
    return direction_file(
        network,
        directions,
        config=config,
        images=[
            *(image_set(f"concept {c.name}", c.collection) for c in named),
            image_set("random", pool),
        ],
        rng_seed=config.rng_seed,
        facts={"canvas_px": canvas_px, "random_set_sizes": set_sizes},
    )


def _fit(
    concept: Concept,
    rows: NDArray[np.float64],
    pool: Collection,
    random_rows: NDArray[np.float64],
    config: CavConfig,
) -> Cav:
    """Fit one concept against the random photographs that are not its own."""
    own = {photograph.sha256 for photograph in concept.collection.photographs}
    is_other = [photograph.sha256 not in own for photograph in pool.photographs]
    job_id = content_id("cav", *sorted(own))
    rng = JobStreams(rng_seed=config.rng_seed, job_id=job_id).rng("init")
    return fit_cav(rows, random_rows[is_other], config, rng)


def _named(folders: Sequence[Path]) -> list[Concept]:
    names = [name_of_folder(folder) for folder in folders]
    twice = [name for name, n in Counter(names).items() if n > 1]
    if twice or not names:
        raise ConfigError(
            "each concept needs a folder name of its own; got "
            f"{', '.join(names) or 'none'}"
        )
    for name in names:
        check_direction_name(name)
    return [
        Concept(name=name, collection=Collection.of(folder))
        for name, folder in zip(names, folders, strict=True)
    ]


def _direction(name: str, layer: LayerInfo, cav: Cav, config: CavConfig) -> Direction:
    is_accurate = cav.held_out_accuracy >= config.min_accuracy
    is_stable = cav.stability >= config.min_stability
    return unit_direction(
        cav.vector,
        name=name,
        layer=layer.name,
        kind="cav",
        quality={
            "held_out_accuracy": cav.held_out_accuracy,
            "stability": cav.stability,
        },
        passes=is_accurate and is_stable,
    )


def _refuse_weak(directions: Sequence[Direction], config: CavConfig) -> None:
    """Refuse directions that do not pass, unless they are to be kept."""
    weak = [direction for direction in directions if not direction.passes]
    if not weak or config.keep_weak:
        return
    reached = "; ".join(
        f"{d.name}: held-out accuracy {d.quality['held_out_accuracy']:.3f}, "
        f"stability {d.quality['stability']:.3f}"
        for d in directions
    )
    raise DirectionError(
        f"{', '.join(d.name for d in weak)} cannot be told well enough from random "
        f"photographs at {config.layer}: accuracy of at least {config.min_accuracy:g} "
        f"and stability of at least {config.min_stability:g} are asked for. Reached: "
        f"{reached}. Try another layer or more photographs, or keep what there is, "
        "marked (--keep-weak)."
    )
