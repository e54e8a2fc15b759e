"""Which experiments there are. No torch: each is imported when it is wanted."""

import importlib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from generator.errors import ConfigError
from generator.experiments.request import FigureRequest

if TYPE_CHECKING:
    from generator.experiments.scene import Scene
    from generator.experiments.studio import Plan

_EVERYWHERE = frozenset({"photograph", "feature", "pool"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """One of the paper's experiments, or a control of ours."""

    name: str
    summary: str
    """One line, for the list."""

    options: frozenset[str] = _EVERYWHERE
    """Of `FigureRequest.given_options`, those it reads."""

    starts_from_pool: bool = False
    """It chooses its seed images from the pool."""

    def check(self, request: FigureRequest) -> None:
        """Refuse options that would have no effect, and no photographs at all.

        Raises:
            ConfigError: says which, and what there is.
        """
        idle = sorted(request.given_options() - self.options)
        if idle:
            read = ", ".join(f"--{name}" for name in sorted(self.options)) or "none"
            raise ConfigError(
                f"--{idle[0]} has no meaning for figure {self.name}; of the options "
                f"that only some figures have it reads: {read}"
            )

        if not request.photographs and not (self.starts_from_pool and request.pool):
            wanted = "--pool FOLDER" if self.starts_from_pool else "--photograph PHOTO"
            raise ConfigError(
                f"figure {self.name} needs photographs to start from; give {wanted}"
            )

    def plan(self, scene: "Scene") -> "Plan":
        """Check everything the experiment needs, and say what it will make.

        Raises:
            GeneratorError: something asked for cannot be had.
        """
        module = importlib.import_module(
            f"generator.experiments.{self.name.replace('-', '_')}"
        )
        planned: Plan = module.plan(scene)
        return planned


EXPERIMENTS = (
    Experiment(
        name="lambda-sweep",
        summary="how far pictures stray as the penalty weight lambda grows",
        options=_EVERYWHERE | {"values"},
    ),
    Experiment(
        name="layer-sweep",
        summary="where the penalty is taken: each stage, compared at equal activation",
        options=_EVERYWHERE | {"values", "level"},
    ),
    Experiment(
        name="crop-sweep",
        summary="the size of the random crops, from small parts to the whole picture",
        options=_EVERYWHERE | {"values"},
    ),
    Experiment(
        name="class-logits",
        summary="most excited and most inhibited logits, accentuated and suppressed",
    ),
    Experiment(
        name="masked",
        summary="accentuations with and without their opacity map, lightly to hard cut",
        options=_EVERYWHERE | {"values"},
    ),
    Experiment(
        name="misclassification",
        summary="predicted and true class, their difference, an unrelated class",
        options=frozenset({"photograph", "pool", "true", "unrelated"}),
    ),
    Experiment(
        name="diversity",
        summary="one latent feature across many photographs",
    ),
    Experiment(
        name="polysemantic",
        summary="clusters of a unit's top photographs, one accentuation for each",
        options=_EVERYWHERE | {"clusters", "top", "values"},
        starts_from_pool=True,
    ),
    Experiment(
        name="controls",
        summary="other features, noise starts, pixel search, random weights",
        options=_EVERYWHERE | {"values", "unrelated"},
    ),
    Experiment(
        name="circuits",
        summary="whether accentuations use the circuits that photographs use",
        options=frozenset({"feature", "pool", "values"}),
        starts_from_pool=True,
    ),
)


def find_experiment(name: str) -> Experiment:
    """The experiment of that name; underscores may stand for hyphens.

    Raises:
        ConfigError: there is none; says which there are.
    """
    known = {experiment.name: experiment for experiment in EXPERIMENTS}
    wanted = name.replace("_", "-")
    if wanted in known:
        return known[wanted]
    near = ", ".join(get_close_matches(wanted, known)) or "none"
    raise ConfigError(
        f"no figure {name!r}; close names: {near}. There are: {', '.join(known)}."
    )
