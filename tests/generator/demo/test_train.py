"""Training repeats itself, and the committed weights name what they never saw."""

import pytest
import torch

from generator.demo.augmentation import AugmentationConfig, augment, turn
from generator.demo.crops import CropConfig
from generator.demo.evaluate import (
    class_accuracy,
    held_out_accuracy,
    overall_accuracy,
)
from generator.demo.network import EmbeddedNetwork, load_embedded_network
from generator.demo.regions import CLASSES
from generator.demo.train import TrainingConfig, attacked, logits_of, train
from generator.errors import ConfigError, NetworkError

BRIEF = TrainingConfig(
    steps=3, batch_size=4, attack_growth=0.0, crops=CropConfig(n_per_class=2)
)


def test_same_settings_give_the_same_weights() -> None:
    first, again = train(BRIEF).state_dict(), train(BRIEF).state_dict()

    assert all(torch.equal(first[name], again[name]) for name in first)


def test_training_reports_every_step() -> None:
    told: list[int] = []

    train(BRIEF, lambda step, _: told.append(step))

    assert told == [1, 2, 3]


def test_training_leaves_the_number_of_threads_alone() -> None:
    before = torch.get_num_threads()

    train(BRIEF)

    assert torch.get_num_threads() == before
    assert not torch.are_deterministic_algorithms_enabled()


def test_training_learns() -> None:
    losses: list[float] = []
    config = TrainingConfig(
        steps=30, batch_size=16, attack_radius=0, crops=CropConfig(n_per_class=8)
    )

    train(config, lambda _, loss: losses.append(loss))

    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_attack_harms_and_stays_inside_its_ball() -> None:
    rng = torch.Generator().manual_seed(0)
    network = load_embedded_network().module
    pictures = torch.rand(4, 3, 64, 64, generator=rng) * 0.5 + 0.25
    classes = torch.tensor([0, 1, 2, 3])
    radius = torch.full((4, 1, 1, 1), 1.0)

    harmed = attacked(network, pictures, classes, radius=radius, rng=rng)

    before = torch.nn.functional.cross_entropy(logits_of(network, pictures), classes)
    after = torch.nn.functional.cross_entropy(logits_of(network, harmed), classes)
    assert after > before
    assert ((harmed - pictures).flatten(1).norm(dim=1) <= 1.0 + 1e-5).all()


def test_augmented_crops_stay_in_range() -> None:
    rng = torch.Generator().manual_seed(0)
    pictures = torch.randint(0, 256, (8, 3, 64, 64), generator=rng).to(torch.uint8)

    changed = augment(pictures, torch.arange(8), AugmentationConfig(), rng)

    assert changed.shape == (8, 3, 64, 64)
    assert changed.min() >= 0
    assert changed.max() <= 1


@pytest.mark.parametrize(("label", "is_mirrored"), [("text", False), ("brick", True)])
def test_writing_is_never_mirrored(label: str, is_mirrored: bool) -> None:
    classes = torch.full((64,), list(CLASSES).index(label))
    ramp = torch.linspace(0, 1, 16).expand(64, 3, 16, 16)
    config = AugmentationConfig(rotation_deg=0)

    turned = turn(ramp, classes, config, torch.Generator().manual_seed(0))

    falls = turned[:, 0, 0, 0] > turned[:, 0, 0, -1]
    assert bool(falls.any()) == is_mirrored


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match="steps must be at least 1; got 0"):
        TrainingConfig(steps=0)
    with pytest.raises(ConfigError, match="attack_radius must be at least 0"):
        TrainingConfig(attack_radius=-1)


def test_accuracy_names_the_commonest_mistake() -> None:
    result = class_accuracy([0, 2, 2, 1], 0, ("brick", "grass", "gravel"))

    assert result.n_correct == 1
    assert result.accuracy == 0.25
    assert result.most_often_taken_for == "gravel"


def test_committed_weights_name_nine_in_ten_held_out_crops() -> None:
    loaded = load_embedded_network()

    classes = held_out_accuracy(loaded.module, loaded.labels)

    assert overall_accuracy(classes) >= 0.90


def test_network_of_other_classes_is_not_measured() -> None:
    with pytest.raises(NetworkError, match="the network names"):
        held_out_accuracy(EmbeddedNetwork(2), ("cow", "sheep"))
