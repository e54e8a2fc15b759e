"""How far pictures stray as the weight of the penalty grows.

Source: the weights are ours; of the paper's own only 1.0 is known (Hamblin et al. 2024,
    arXiv 2402.10039, figure 8).
"""

from generator.experiments.scene import Scene
from generator.experiments.studio import Plan
from generator.experiments.sweep import Setting, numbers, plan_sweep

WEIGHTS = (0.0, 0.01, 0.1, 0.3, 1.0, 3.0, 10.0)


def plan(scene: Scene) -> Plan:
    """One column for each weight.

    Raises:
        ConfigError: a weight is no number, or negative.
    """
    settings = [
        Setting(
            label=f"lambda = {weight:g}",
            config=scene.config.with_changes(regularization_weight=weight),
            columns={"lambda": weight},
        )
        for weight in numbers(scene, WEIGHTS, what="weights of the penalty from 0")
    ]
    return plan_sweep(
        scene,
        settings,
        title="Penalty weight",
        note="From no penalty (an image-started feature visualization) to one that "
        "holds the picture at its seed image.",
    )
