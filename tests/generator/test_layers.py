"""Looking into a network without leaving a trace."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
import torch
from torch import Tensor, nn

from generator.activations import feature_activations, strongest_logits
from generator.capture import layer_activations, layer_gradients, undisturbed
from generator.errors import (
    FeatureNotFoundError,
    LayerNotFoundError,
    NetworkError,
)
from generator.feature_lookup import find_unit, position_of
from generator.features import FeatureId
from generator.layers import LayerInfo, by_position, channels_first, check_layer
from generator.objectives import Unit
from tests.generator.toy_network import picture, toy_module, toy_network


class Twice(nn.Module):
    """One activation module used two times."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU()
        self.second = nn.Conv2d(4, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.act(self.second(self.act(self.first(x))))
        return x.mean((2, 3))


def n_hooks(module: nn.Module) -> int:
    return sum(len(part._forward_hooks) for part in module.modules())


def test_activations_are_those_before_a_module_that_works_in_place() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten())
    image = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    kept = layer_activations(toy_network(module), image, ["0", "logit"])["0"]

    assert torch.equal(kept, module[0](image))
    assert kept.min() < 0


def test_nothing_runs_after_the_deepest_layer_asked_for() -> None:
    module = toy_module()
    network = toy_network(module)
    assert network.layers
    ran: list[str] = []
    module.conv2.register_forward_hook(lambda *_: ran.append("conv2"))
    module.readout.register_forward_hook(lambda *_: ran.append("readout"))

    layer_activations(network, torch.zeros(1, 3, 16, 16), ["conv2"])

    assert ran == ["conv2"]


def test_own_hooks_go_and_foreign_hooks_stay_also_after_an_exception() -> None:
    module = toy_module()
    module.conv1.register_forward_hook(lambda *_: None)

    for _ in range(100):
        layer_activations(
            toy_network(module), torch.zeros(1, 3, 16, 16), ["conv1", "logit"]
        )
    with pytest.raises(RuntimeError):
        layer_activations(toy_network(module), torch.zeros(1, 5, 16, 16), ["act2"])

    assert n_hooks(module) == 1


def test_flags_and_gradients_are_put_back_also_after_an_exception() -> None:
    module = toy_module()
    module.act1.eval()
    module.conv2.weight.requires_grad_(False)

    def fail_inside() -> None:
        with undisturbed(module):
            assert not module.training
            assert not any(weight.requires_grad for weight in module.parameters())
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()

    assert module.training
    assert not module.act1.training
    assert module.conv1.weight.requires_grad
    assert not module.conv2.weight.requires_grad


def test_layers_are_listed_with_shape_and_stride() -> None:
    layers = {layer.name: layer for layer in toy_network().layers}

    assert layers["conv2"].shape == (8, 4, 4)
    assert layers["conv2"].stride_px == 4
    assert layers["readout"].stride_px is None
    assert layers["logit"].shape == (4,)


def test_a_module_used_twice_must_be_named_by_its_call() -> None:
    module = Twice()
    layers = toy_network(module).layers
    image = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    kept = layer_activations(toy_network(module), image, ["act@0", "act@1"])

    assert torch.equal(kept["act@0"], module.first(image).relu())
    assert kept["act@1"].shape == (1, 4, 4, 4)
    with pytest.raises(LayerNotFoundError, match="act@0, act@1"):
        check_layer("act", layers)


def test_an_unknown_layer_is_refused_with_close_names() -> None:
    with pytest.raises(LayerNotFoundError, match="conv1"):
        find_unit(toy_network(), FeatureId("convl", "0"))


@pytest.mark.parametrize("unit", ["8", "-1", "dot"])
def test_a_channel_the_layer_does_not_have_is_refused(unit: str) -> None:
    with pytest.raises(FeatureNotFoundError):
        find_unit(toy_network(), FeatureId("conv2", unit))


def test_maps_and_tokens_of_the_same_values_read_alike() -> None:
    maps = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(0))
    tokens = maps.flatten(2).transpose(1, 2)  # (2, 12, 5)
    rows_first = maps.permute(0, 2, 3, 1)

    read = [
        by_position(channels_first(maps, "NCHW")),
        by_position(channels_first(tokens, "NLC")),
        by_position(channels_first(rows_first, "NHWC")),
    ]

    assert torch.equal(read[0], read[1])
    assert torch.equal(read[0], read[2])


def test_an_activation_is_the_mean_over_positions_of_the_whole_picture() -> None:
    module = toy_module()
    network = toy_network(module)
    canvas = picture(16, 16)  # as large as the input: nothing is resized

    found = feature_activations(
        network, canvas[None], [FeatureId("conv1", "2"), FeatureId("logit", "wave")]
    )

    view = (canvas[None] - 0.5) / 0.25
    with torch.no_grad():
        by_hand = module.conv1(view)[0, 2].mean(), module(view)[0, 2]
    assert torch.allclose(found[0], torch.stack(by_hand), atol=1e-6)


class Patches(nn.Module):
    """A small vision transformer's shapes: class token, tuples, channels last."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, 6, 4, stride=4)
        self.norm = nn.LayerNorm(6)
        self.attend = nn.MultiheadAttention(6, 2, batch_first=True)
        self.tokens = nn.Linear(6, 7)
        self.head = nn.Linear(7, 4)

    def forward(self, x: Tensor) -> Tensor:
        maps = self.norm(self.embed(x).permute(0, 2, 3, 1))  # (B, 4, 4, 6)
        tokens = maps.flatten(1, 2)  # (B, 16, 6)
        tokens = torch.cat([tokens.new_zeros(len(x), 1, 6), tokens], 1)
        attended, _ = self.attend(tokens, tokens, tokens)
        logits: Tensor = self.head(self.tokens(attended)[:, 0])
        return logits


def test_tokens_tuples_and_channels_last_are_told_apart() -> None:
    layers = {layer.name: layer for layer in toy_network(Patches()).layers}

    assert layers["norm"].layout == "NHWC"
    assert layers["norm"].shape == (6, 4, 4)
    assert layers["tokens"].shape == (7, 17)
    assert layers["tokens"].n_prefix_tokens == 1
    assert layers["tokens"].grid == (4, 4)
    assert layers["attend[0]"].shape == (6, 17)


def test_a_token_feature_is_the_mean_over_the_pictures_tokens() -> None:
    network = toy_network(Patches())
    seen: list[Tensor] = []
    tokens_of = network.module.get_submodule("tokens")
    tokens_of.register_forward_hook(lambda *parts: seen.append(parts[2]))
    features = [FeatureId("tokens", "3"), FeatureId("tokens", "3", "0,2")]

    found = feature_activations(network, picture(16, 16)[None], features)[0]

    (tokens,) = seen[-1]  # (17, 7)
    assert found[0] == pytest.approx(float(tokens[1:, 3].mean()), abs=1e-6)
    assert found[1] == pytest.approx(float(tokens[1 + 2, 3]), abs=1e-6)


def test_a_neuron_is_read_at_its_own_row_and_column() -> None:
    """Row 1, column 4 of a map of 3 × 7, a shape that shows rows from columns."""
    layer = LayerInfo(name="map", kind="any", shape=(2, 3, 7))
    activations = torch.arange(42.0).reshape(1, 2, 3, 7)
    position = position_of(FeatureId("map", "1", "1,4"), layer)
    neuron = Unit(layer="map", index=1, label=None, position=position)
    center = position_of(FeatureId("map", "0", "center"), layer)

    assert neuron({"map": activations}).item() == activations[0, 1, 1, 4].item()
    assert center == 1 * 7 + 3
    with pytest.raises(FeatureNotFoundError, match="21 positions"):
        position_of(FeatureId("map", "1", "3,0"), layer)


def test_gradients_at_a_layer_survive_a_module_that_works_in_place() -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 3), nn.Flatten()
    )
    network = toy_network(module)
    image = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))

    with undisturbed(module):
        found = layer_gradients(
            network,
            image,
            lambda seen: seen["2"].sum((1, 2, 3)),
            ["0"],
            score_layers=["2"],
        )["0"]

    leaf = module[0](image).detach().requires_grad_()
    (by_hand,) = torch.autograd.grad(module[2](leaf.relu()).sum(), leaf)
    assert torch.equal(found.activation, leaf)
    assert torch.allclose(found.gradient, by_hand, atol=1e-6)


def test_underscores_may_stand_for_the_dots_of_a_layer() -> None:
    network = toy_network(
        nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3)), nn.Flatten())
    )

    assert check_layer("0_0", network.layers).name == "0.0"


def test_logits_are_ranked_from_the_strongest() -> None:
    network = toy_network()
    canvas = picture()

    ranked = strongest_logits(network, canvas)

    values = feature_activations(network, canvas[None], ranked)[0]
    assert len(ranked) == 4
    assert values.tolist() == sorted(values.tolist(), reverse=True)


def test_a_ranked_logit_is_the_strongest_whatever_the_labels_look_like() -> None:
    shuffled = replace(toy_network(), labels=("3", "dot", "a - b", "Dot"))

    ranked = strongest_logits(shuffled, picture())

    activations = feature_activations(shuffled, picture()[None], ranked)[0].tolist()
    assert activations == sorted(activations, reverse=True)
    assert sorted(map(str, ranked)) == ["logit:0", "logit:1", "logit:2", "logit:3"]


def test_logits_of_a_network_without_labels_are_numbered() -> None:
    plain = replace(toy_network(), labels=())

    unit = find_unit(plain, FeatureId("logit", "3"))

    assert (unit.index, unit.label) == (3, None)
    assert str(strongest_logits(plain, picture())[0]).removeprefix("logit:").isdecimal()


@pytest.mark.parametrize("labels", [("a", "b"), tuple("abcdefgh")])
def test_labels_that_are_not_one_for_each_logit_are_refused(
    labels: tuple[str, ...],
) -> None:
    network = replace(toy_network(), labels=labels)

    with pytest.raises(
        FeatureNotFoundError, match=f"4 logits and {len(labels)} labels"
    ):
        find_unit(network, FeatureId("logit", "0"))


class Odd(nn.Module):
    """A toy that passes its first layer's answer on through `through`."""

    def __init__(self, through: nn.Module) -> None:
        super().__init__()
        self.toy = toy_module()
        self.through = through

    def forward(self, images: Tensor) -> Tensor:
        first = self.through(self.toy.conv1(images))
        rest = first[7] if isinstance(first, dict) else first
        for part in list(self.toy)[1:]:
            rest = part(rest)
        answer: Tensor = rest
        return answer


class Counting(nn.Module):
    """Counts its calls, and replaces one of its buffers, in evaluation mode too."""

    calls: Tensor
    last: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("last", torch.zeros(()))

    def forward(self, seen: Tensor) -> Tensor:
        self.calls += 1
        self.last = self.last + 1
        return seen


class Numbered(nn.Module):
    def forward(self, seen: Tensor) -> dict[int, Tensor]:
        return {3: seen, 7: 2 * seen}


class Wayward(nn.Module):
    """Looks at blank pictures only."""

    def __init__(self) -> None:
        super().__init__()
        self.for_blanks = nn.Identity()

    def forward(self, seen: Tensor) -> Tensor:
        is_blank = bool((seen[0] == seen[-1]).all())
        return self.for_blanks(seen) if is_blank else seen


def test_buffers_are_put_back_where_a_module_changes_them() -> None:
    counting = Counting()
    network = toy_network(Odd(counting))
    buffers = [counting.calls, counting.last]

    feature_activations(network, picture()[None], [FeatureId("toy.conv2", "1")])

    assert counting.calls is buffers[0]
    assert counting.last is buffers[1]
    assert [float(counting.calls), float(counting.last)] == [0, 0]


def test_gradients_reach_a_layer_that_numbers_its_outputs() -> None:
    network = toy_network(Odd(Numbered()))

    def score(seen: Mapping[str, Tensor]) -> Tensor:
        return seen["logit"][:, 0]

    found = layer_gradients(
        network,
        picture(16, 16)[None],
        score,
        ["through[3]", "through[7]"],
        score_layers=["logit"],
    )

    assert found["through[3]"].gradient.abs().sum() == 0
    assert found["through[7]"].gradient.abs().sum() > 0


def test_a_layer_that_some_pictures_pass_by_is_an_error() -> None:
    network = toy_network(Odd(Wayward()))
    views = torch.stack([picture(16, 16), picture(16, 16, rng_seed=1)])

    with pytest.raises(LayerNotFoundError, match=r"do not pass through through\.for_b"):
        layer_activations(network, views, ["through.for_blanks"])


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.bfloat16, 0.05)]
)
def test_networks_of_any_number_format_see_the_same(
    dtype: torch.dtype, tolerance: float
) -> None:
    feature = [FeatureId("act2", "1"), FeatureId("logit", "2")]
    usual = feature_activations(toy_network(), picture()[None], feature)

    other = toy_network(toy_module().to(dtype))
    found = feature_activations(other, picture()[None], feature)

    assert found.tolist()[0] == pytest.approx(usual.tolist()[0], abs=tolerance)
    (seen,) = layer_activations(other, picture(16, 16)[None], ["act2"]).values()
    assert seen.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Conv2d(1, 4, 3), "pictures of 3 x 16 x 16"),
        (toy_module().to("meta"), "on cpu"),
        (nn.LazyConv2d(4, 3), "not known yet"),
    ],
)
def test_a_network_that_cannot_look_at_pictures_says_why(
    module: nn.Module, message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        _ = toy_network(module).layers


def test_a_channel_of_a_layer_in_one_dimension_is_a_channel() -> None:
    lines = nn.Sequential(
        nn.Conv2d(3, 5, 4, stride=4), nn.Flatten(2), nn.Conv1d(5, 7, 1), nn.ReLU()
    )
    network = toy_network(lines)

    shapes = {layer.name: layer.shape for layer in network.layers}
    found = feature_activations(network, picture(16, 16)[None], [FeatureId("2", "6")])

    assert shapes == {"0": (5, 4, 4), "1": (5, 16), "2": (7, 16), "3": (7, 16)}
    (seen,) = layer_activations(
        network, network.preprocessing.normalize(picture(16, 16)[None]), ["2"]
    ).values()
    assert float(found) == pytest.approx(float(seen[0, 6].mean().detach()), abs=1e-6)
