"""A figure by its name: everything checked, ready to be made. No printing."""

from pathlib import Path

from generator.experiments.registry import find_experiment
from generator.experiments.request import FigureRequest
from generator.experiments.scene import Scene
from generator.experiments.studio import Studio
from generator.networks import Network
from generator.results.result_folder import ResultFolder
from generator.search.problem import OnCrops


def prepare_figure(
    name: str,
    network: Network,
    request: FigureRequest,
    *,
    out: Path,
    on_crops: OnCrops | None = None,
) -> Studio:
    """Plan an experiment; `.run()` makes it, and `.rows` is then its table.

    Args:
        name: one of `registry.EXPERIMENTS`.
        out: a new or empty folder.
        on_crops: told of progress; `.plan.n_crops` crops in all.

    Raises:
        ConfigError: no such figure, or options that it does not read.
        OutputError: the folder holds files, or cannot be made.
        GeneratorError: something asked for cannot be had.
    """
    experiment = find_experiment(name)
    experiment.check(request)
    folder = ResultFolder.create(out)
    scene = Scene.load(network, request)
    return Studio(
        scene=scene,
        plan=experiment.plan(scene),
        folder=folder,
        experiment=experiment.name,
        on_crops=on_crops,
    )
