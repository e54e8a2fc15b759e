"""A class that has nothing to do with a photograph or with a feature."""

from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.functional import normalize

from generator.activations import strongest_logits
from generator.experiments.scene import Scene, SeedImage
from generator.features import Feature, FeatureId, logit_index
from generator.networks import Network


def unrelated_logit(
    scene: Scene, seed: SeedImage, features: Sequence[Feature]
) -> FeatureId:
    """The class said to be unrelated, or one that is neither here nor like the others.

    Of the middle half of the photograph's logits, the one whose weights in the
    readout are most nearly orthogonal to those of the photograph's first class and of
    the logits among the features. Where the network has no linear readout, the logit
    in the very middle.

    Raises:
        FeatureNotFoundError: no class is called as said.
    """
    if scene.request.unrelated_label is not None:
        return scene.logit(scene.request.unrelated_label)
    ranked = strongest_logits(scene.network, seed.canvas)
    rows = _readout(scene.network)
    if rows is None:
        return ranked[len(ranked) // 2]
    labels = scene.network.labels
    leaves = [ranked[0], *(leaf for feature in features for leaf in feature.leaves)]
    near = {
        logit_index(leaf.unit, labels)
        for leaf in leaves
        if isinstance(leaf, FeatureId) and leaf.is_logit and "(" not in leaf.unit
    }
    unit = normalize(rows, dim=1)
    likeness = (unit @ unit[sorted(near)].T).abs().amax(1)  # (n_labels,)

    def alike(logit: FeatureId) -> float:
        return float(likeness[logit_index(logit.unit, labels)])

    quarter = len(ranked) // 4
    middle = ranked[quarter : len(ranked) - quarter]
    return min(middle, key=alike)


def _readout(network: Network) -> Tensor | None:
    """(n_labels, C) weights of the last linear layer with a row for each logit."""
    for part in reversed(list(network.module.modules())):
        if not isinstance(part, nn.Linear | nn.Conv2d):
            continue
        if part.weight.shape[0] == len(network.labels):
            return part.weight.detach().flatten(1).float().cpu()
    return None
