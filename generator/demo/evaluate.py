"""Accuracy of the embedded network on regions of the photographs it never saw."""

from typing import NamedTuple

import numpy as np
import torch

from generator.demo.crops import held_out_crops
from generator.demo.network import EmbeddedNetwork
from generator.demo.train import logits_of
from generator.errors import NetworkError

CROPS_PER_CELL = 5
RNG_SEED = 1


class ClassAccuracy(NamedTuple):
    """How one class did."""

    label: str
    n_crops: int
    n_correct: int
    accuracy: float
    """0 to 1."""

    most_often_taken_for: str | None
    """The commonest wrong answer."""


def held_out_accuracy(
    network: EmbeddedNetwork, labels: tuple[str, ...]
) -> list[ClassAccuracy]:
    """Accuracy per class, in the order of the labels.

    Each held-out cell gives itself and random squares inside it.

    Raises:
        NetworkError: the network was trained on other classes.
    """
    crops = held_out_crops(CROPS_PER_CELL, np.random.default_rng(RNG_SEED))
    if labels != crops.labels:
        raise NetworkError(
            f"the network names {labels}; the photographs hold {crops.labels}. "
            "Use weights made by this version of `accentuate train-embedded`."
        )
    with torch.inference_mode():
        answers = logits_of(network, crops.pictures.float() / 255).argmax(1)
    return [
        class_accuracy(answers[crops.classes == index].tolist(), index, labels)
        for index in range(len(labels))
    ]


def class_accuracy(
    answers: list[int], index: int, labels: tuple[str, ...]
) -> ClassAccuracy:
    """Count the right answers to crops of one class."""
    wrong = [answer for answer in answers if answer != index]
    n_correct = len(answers) - len(wrong)
    commonest = max(sorted(set(wrong)), key=wrong.count) if wrong else None
    return ClassAccuracy(
        labels[index],
        len(answers),
        n_correct,
        n_correct / len(answers),
        None if commonest is None else labels[commonest],
    )


def overall_accuracy(classes: list[ClassAccuracy]) -> float:
    """Share of all crops that were named right, 0 to 1."""
    return sum(c.n_correct for c in classes) / sum(c.n_crops for c in classes)
