"""Figures about the network's classes."""

from dataclasses import replace
from pathlib import Path

import pytest

from generator.activations import strongest_logits
from generator.errors import ConfigError, FeatureNotFoundError, GeneratorError
from generator.experiments.scene import Scene
from tests.generator.experiments.little_world import (
    little_network,
    request_of,
    rows_of,
    studio_of,
    write_photographs,
)


@pytest.fixture
def photograph(tmp_path: Path) -> list[Path]:
    return write_photographs(tmp_path / "photographs", 1)


def ranked_labels(photographs: list[Path]) -> list[str]:
    """Strongest first."""
    network = little_network()
    scene = Scene.load(network, request_of(photographs))
    return [
        str(logit) for logit in strongest_logits(network, scene.seed_images[0].canvas)
    ]


def test_extreme_logits_go_both_ways(photograph: list[Path], tmp_path: Path) -> None:
    ranked = ranked_labels(photograph)

    rows = rows_of("class-logits", request_of(photograph), tmp_path / "out")

    more, less = rows[:6], rows[6:]
    expected = [*ranked[:3], *ranked[:-4:-1]]
    assert [row["feature_id"] for row in more] == expected
    assert [row["feature_id"] for row in less] == expected
    assert [row["suppress"] for row in rows] == [False] * 6 + [True] * 6
    assert all(row["activation_after"] > row["activation_before"] for row in more)
    assert all(row["activation_after"] < row["activation_before"] for row in less)


def test_named_logits_stand_beside_the_extreme_ones(
    photograph: list[Path], tmp_path: Path
) -> None:
    middle = ranked_labels(photograph)[4]

    rows = rows_of(
        "class-logits", request_of(photograph, features=(middle,)), tmp_path / "out"
    )

    assert [(row["feature_id"], row["role"]) for row in (rows[6], rows[13])] == [
        (middle, "named")
    ] * 2


def test_a_mistake_is_shown_as_both_classes_and_their_difference(
    photograph: list[Path], tmp_path: Path
) -> None:
    ranked = ranked_labels(photograph)
    predicted, true = ranked[0], ranked[5]
    request = request_of(photograph, true_label=true.removeprefix("logit:"))

    rows = rows_of("misclassification", request, tmp_path / "out")

    assert [row["feature_id"] for row in rows] == [
        predicted,
        true,
        f"{predicted} - {true}",
        f"{true} - {predicted}",
        rows[-1]["feature_id"],
    ]
    assert rows[-1]["feature_id"] in ranked[2:6]
    assert rows[-1]["feature_id"] not in (predicted, true)
    assert len(list((tmp_path / "out").glob("*.masked.*png"))) == 5


def test_without_a_true_class_the_runner_up_stands_in_and_is_called_so(
    photograph: list[Path], tmp_path: Path
) -> None:
    studio = studio_of("misclassification", request_of(photograph), tmp_path / "out")

    studio.run()

    assert "runner-up stands in" in studio.plan.note
    assert [row["role"] for row in studio.rows[1:3]] == ["predicted", "runner-up"]


def test_a_photograph_that_the_network_gets_right_is_no_mistake(
    photograph: list[Path], tmp_path: Path
) -> None:
    right = ranked_labels(photograph)[0].removeprefix("logit:").upper()

    with pytest.raises(ConfigError, match="gets wrong"):
        studio_of(
            "misclassification",
            request_of(photograph, true_label=right),
            tmp_path / "out",
        )


def test_an_unknown_class_is_refused_with_close_names(
    photograph: list[Path], tmp_path: Path
) -> None:
    with pytest.raises(FeatureNotFoundError, match="grid"):
        studio_of(
            "misclassification",
            request_of(photograph, true_label="gird"),
            tmp_path / "out",
        )


@pytest.mark.parametrize("name", ["class-logits", "misclassification"])
def test_classes_of_a_network_without_labels_are_refused_with_a_remedy(
    name: str, photograph: list[Path], tmp_path: Path
) -> None:
    nameless = replace(little_network(), labels=())

    with pytest.raises(GeneratorError, match="label"):
        studio_of(name, request_of(photograph), tmp_path / "out", network=nameless)
