"""Several networks looked into as one, for features that set them against each other.

`resnet50/layer4:17 - vit_b_16/encoder.ln:4` is high where one network responds and the
other does not: a controversial stimulus.

Source: Golan, Raju & Kriegeskorte (2020), Controversial stimuli: pitting neural
    networks against each other as models of human cognition, PNAS 117.
"""

import hashlib
import re
from collections.abc import Sequence

from torch import Tensor, nn
from torch.nn.functional import interpolate

from generator.errors import NetworkError
from generator.networks import Network, Preprocessing


class JoinedModule(nn.Module):
    """Shows the same pictures to every member; answers with the first one's logits."""

    def __init__(self, members: dict[str, Network]) -> None:
        super().__init__()
        self._preprocessing = {
            name: network.preprocessing for name, network in members.items()
        }
        for name, network in members.items():
            self.add_module(name, network.module)

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] to (B, n_labels) of the first member."""
        answers = []
        for name, preprocessing in self._preprocessing.items():
            view = preprocessing.normalize(_resized(images, preprocessing.input_px))
            answers.append(self.get_submodule(name)(view))
        first: Tensor = answers[0]
        return first


def join_networks(networks: Sequence[Network]) -> Network:
    """Networks of one device as members of one network.

    A member is named after its network, other signs than letters and digits replaced
    by `_`; its layers and logits are written `MEMBER/LAYER:UNIT`.

    Raises:
        NetworkError: two members of one name, or on different devices.
    """
    members = {member_name(network.name): network for network in networks}
    if len(members) < len(networks) or len(networks) < 2:
        raise NetworkError(
            "join at least two networks of different names; got "
            f"{', '.join(network.name for network in networks) or 'none'}"
        )
    devices = sorted({network.device for network in networks})
    if len(devices) > 1:
        raise NetworkError(f"joined networks share a device; got {', '.join(devices)}")
    sides = [network.preprocessing for network in networks]
    weights = "".join(network.weights_sha256 for network in networks)
    return Network(
        name="+".join(members),
        module=JoinedModule(members).eval(),
        preprocessing=Preprocessing(
            input_px=max(side.input_px for side in sides),
            resize_px=max(side.resize_px for side in sides),
            mean=(0.0, 0.0, 0.0),
            std=(1.0, 1.0, 1.0),
        ),
        labels=networks[0].labels,
        weights_sha256=hashlib.sha256(weights.encode()).hexdigest(),
        device=devices[0],
        members=members,
    )


def member_name(name: str) -> str:
    """What a network is called inside a joined one."""
    return re.sub(r"[^A-Za-z0-9]+", "_", name)


def _resized(images: Tensor, side_px: int) -> Tensor:
    if images.shape[-1] == side_px:
        return images
    size = (side_px, side_px)
    return interpolate(images, size=size, mode="bilinear", antialias=True)
