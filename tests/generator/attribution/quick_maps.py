"""Attribution maps of the toy network, made quickly."""

from torch import Tensor

from generator.attribution.maps import AttributionMap, attribute
from generator.attribution.settings import AttributionConfig
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.networks import Network
from tests.generator.attribution.hand_made import canvas

LEFT = parse_feature("logit:left")
FEW = AttributionConfig(rise_masks=30, smooth_samples=6, views_per_pass=10)


def one(
    network: Network,
    method: str,
    config: AttributionConfig = FEW,
    *,
    feature: Feature = LEFT,
    image: Tensor | None = None,
) -> AttributionMap:
    """The map of one picture by one method."""
    image = canvas() if image is None else image
    (found,) = attribute(network, image[None], feature, [method], config)
    return found
