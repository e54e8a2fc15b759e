"""Circuits of kernels, on a network whose circuits are known."""

import numpy as np
import pytest
import torch

from generator.circuits.kernels import (
    KernelRow,
    circuit,
    compare_kernels,
    in_reach,
    keep_only,
    kernel_saliency,
    mean_response,
    overlap,
    rank_correlation,
)
from tests.generator.circuits.two_paths import (
    BLUE,
    PX,
    RED,
    UNIT,
    TwoPaths,
    colored,
    two_path_network,
)

LOST = [0.2, 0.3, 0.4, 0.5]


def test_saliency_is_what_removing_a_kernel_would_cost() -> None:
    network = two_path_network()
    picture = torch.full((1, 3, PX, PX), 0.0)
    picture[:, RED] = 0.5

    saliency = kernel_saliency(network, picture, UNIT)

    # Red of 0.5 through weight 0.4, 0.6, ... and nothing through the other colors.
    assert saliency["colors"][:4, RED] == pytest.approx(LOST, rel=1e-5)
    assert saliency["colors"].sum() == pytest.approx(1.4)
    assert np.diagonal(saliency["mixed"])[:4] == pytest.approx(LOST, rel=1e-5)


def test_a_circuit_keeps_the_most_salient_share_of_each_layer() -> None:
    saliency = {"a": np.array([[4.0, 1.0], [3.0, 2.0]]), "b": np.array([[0.0, 5.0]])}
    reach = in_reach([saliency])

    kept = circuit(saliency, reach, 0.5)

    assert kept["a"].tolist() == [[True, False], [True, False]]
    assert kept["b"].tolist() == [[False, True]]  # the only one in reach


def test_overlap_is_intersection_over_union() -> None:
    one = {"a": np.array([True, True, False, False])}
    other = {"a": np.array([True, False, True, False])}

    assert overlap(one, other) == pytest.approx(1 / 3)
    assert overlap(one, one) == 1


def test_equal_saliencies_are_perfectly_correlated() -> None:
    saliency = {"a": np.array([[4.0, 1.0], [3.0, 2.0]])}
    reversed_order = {"a": -saliency["a"]}
    reach = in_reach([saliency])

    assert rank_correlation(saliency, saliency, reach) == pytest.approx(1)
    assert rank_correlation(saliency, reversed_order, reach) == pytest.approx(-1)


def test_pruning_leaves_the_network_itself_alone() -> None:
    network = two_path_network()
    module = network.module
    assert isinstance(module, TwoPaths)
    before = module.colors.weight.clone()
    saliency = kernel_saliency(network, colored(RED, 2), UNIT)

    pruned = keep_only(network, circuit(saliency, in_reach([saliency]), 0.1))

    assert torch.equal(module.colors.weight, before)
    assert module.colors.weight.requires_grad
    assert isinstance(pruned.module, TwoPaths)
    assert int((pruned.module.colors.weight != 0).sum()) == 1  # 10 % of 12 in reach


def test_a_circuit_that_answers_everything_alike_counts_as_nothing() -> None:
    def row(response: float) -> KernelRow:
        return KernelRow(
            feature_id="logit:dot",
            kind="random",
            fraction=0.1,
            iou_with_natural=0.0,
            rank_correlation_with_natural=0.0,
            response_correlation=response,
        )

    assert mean_response([row(float("nan")), row(0.8)], 0.1) == pytest.approx(0.4)


def test_only_the_true_circuit_answers_as_the_whole_network_does() -> None:
    held_out = colored(RED, 24, rng_seed=5)
    held_out[:, RED] *= torch.linspace(0.2, 1, 24).view(-1, 1, 1)
    rows = compare_kernels(
        two_path_network(),
        UNIT,
        {"natural": colored(RED, 4), "adversarial": colored(BLUE, 4)},
        held_out,
        fractions=[1 / 3],
        rng=np.random.default_rng(0),
    )

    by_kind: dict[str, KernelRow] = {row.kind: row for row in rows}
    assert by_kind["natural"].response_correlation > 0.99
    assert by_kind["natural"].iou_with_natural == 1
    assert by_kind["adversarial"].iou_with_natural < 0.2
    wrong = [by_kind[kind].response_correlation for kind in ("adversarial", "random")]
    assert by_kind["natural"].response_correlation > max(np.nan_to_num(wrong))
    assert abs(float(np.nan_to_num(wrong[0]))) < 0.9
