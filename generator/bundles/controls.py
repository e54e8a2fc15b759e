"""The control pictures of a bundle: units of work, one per feature and kind."""

from collections.abc import Sequence

import numpy as np

from generator.bundles.control_config import ControlName, ControlsConfig
from generator.bundles.control_goal import ControlTask
from generator.bundles.control_search import UnmatchedError, search_controls
from generator.bundles.control_sources import ControlSource, Tiled, find_sources
from generator.bundles.made_picture import (
    MadePicture,
    load_pictures,
    store_pictures,
)
from generator.bundles.made_pictures import (
    PoisonedJobsError,
    describe_jobs,
    unit_key,
)
from generator.errors import NoGradientError, NotFiniteError
from generator.jobs import WorkFolder
from generator.search.problem import OnCrops


def make_controls(
    task: ControlTask,
    name: ControlName,
    tiled: Tiled,
    config: ControlsConfig,
    *,
    work: WorkFolder,
    on_crops: OnCrops,
) -> list[MadePicture]:
    """Controls of one kind for one feature, or the result from the work folder.

    Returns:
        One picture for each seed image, in their order; of a cascade one such round
        for each depth, the shallowest first.

    Raises:
        PoisonedJobsError: names each picture that cannot be made or matched.
        PoolError: there is no unrelated class.
    """
    n_pictures = config.pictures_per_seed(name) * len(task.jobs)
    key = unit_key(
        f"controls {name}", task.network, task.config, _content(task, tiled, config)
    )
    if (stored := load_pictures(work, key)) is not None:
        on_crops(task.config.crops_per_job * n_pictures)
        return stored
    made = [
        picture
        for sources in find_sources(name, tiled, config)
        for picture in _first_that_moves(task, name, sources, on_crops)
    ]
    store_pictures(work, key, made)
    return made


def _first_that_moves(
    task: ControlTask,
    name: ControlName,
    sources: Sequence[ControlSource],
    on_crops: OnCrops,
) -> list[MadePicture]:
    """The pictures of the first source that responds to every seed image.

    Raises:
        PoisonedJobsError: none does; or the pictures cannot be matched.
    """
    refusals = []
    for source in sources:
        try:
            return search_controls(task, name, source, on_crops)
        except UnmatchedError as error:
            raise PoisonedJobsError(str(error)) from error
        except (NoGradientError, NotFiniteError) as error:
            refusals.append(f"accentuation_{name} for {task.feature}: {error}")
    raise PoisonedJobsError("\n".join(dict.fromkeys(refusals)))


def _content(task: ControlTask, tiled: Tiled, config: ControlsConfig) -> list[object]:
    """Everything the pictures depend on, beside network and settings."""
    logits = tiled.exemplar_logits
    return [
        describe_jobs(task.jobs),
        [[one.activation, one.latent_distance] for one in task.accentuations],
        task.natural_range,
        task.matches_distance,
        sorted(tiled.tile_classes),
        None if logits is None else np.asarray(logits).tolist(),
        tiled.rng_seed,
        config.cascade_steps,
    ]
