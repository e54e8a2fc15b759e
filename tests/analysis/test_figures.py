"""What a drawing is made of."""

import io
import math
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.bayes_factors import beta_binomial_bayes_factor
from analysis.figures import caterpillar, evidence
from analysis.figures.accuracy import draw
from analysis.figures.caterpillar import LABELLED_UP_TO
from analysis.figures.render import AS_IMAGE_FROM, prepare
from analysis.figures.style import style
from analysis.results import Analysis


def accuracy_of(n_people: int) -> pd.DataFrame:
    people = [
        {"mark": "participant", "id": f"p{k}", "value": (k % 11) / 10}
        for k in range(n_people)
    ]
    estimate = {"mark": "estimate", "id": "", "value": 0.5, "low": 0.4, "high": 0.6}
    counts = {"n_responses": 10, "n_participants": n_people, "n_features": 5}
    table = pd.DataFrame([{**estimate, **counts}, *people])
    return table.assign(condition="natural")


def drawn(table: pd.DataFrame) -> tuple[Figure, str]:
    with style("accuracy"):
        figure = draw(table)
        prepare(figure)
        out = io.BytesIO()
        figure.savefig(out, format="svg", dpi=100)
    return figure, out.getvalue().decode()


@pytest.mark.parametrize(("n_people", "n_images"), [(50, 0), (AS_IMAGE_FROM + 1, 1)])
def test_only_a_large_swarm_becomes_an_image(n_people: int, n_images: int) -> None:
    _, svg = drawn(accuracy_of(n_people))

    assert len(re.findall("<image", svg)) == n_images
    assert len(svg) < 300_000


@pytest.mark.parametrize("n_features", [1, LABELLED_UP_TO, LABELLED_UP_TO + 1])
def test_features_are_named_while_their_names_can_be_read(n_features: int) -> None:
    rows = [
        {
            "reference": "accentuation",
            "condition": "accentuation",
            "feature_id": f"f{k}",
            "label": f"feature {k}",
            "accuracy": 0.7,
            "shrunken": 0.65,
            "low": 0.5,
            "high": 0.8,
            "n_responses": 20,
            "rank": k + 1,
        }
        for k in range(n_features)
    ]

    with style("caterpillar"):
        (axes,) = caterpillar.draw(pd.DataFrame(rows)).axes

    named = [text.get_text() for text in axes.get_yticklabels()]
    assert len(named) == (n_features if n_features <= LABELLED_UP_TO else 0)


def test_the_features_shown_are_those_of_the_reference() -> None:
    row = {"feature_id": "f", "label": "f", "accuracy": 0.7, "shrunken": 0.65}
    row |= {"low": 0.5, "high": 0.8, "n_responses": 20, "rank": 1}
    for reference, shown in (
        ("natural", "natural exemplars"),
        ("accentuation", "feature visualization"),  # absent: the first there is
    ):
        rows = [
            {"reference": reference, "condition": condition, **row}
            for condition in ("feature_visualization", "natural")
        ]
        with style("caterpillar"):
            (axes,) = caterpillar.draw(pd.DataFrame(rows)).axes
        assert shown in axes.get_xlabel()


def test_the_last_point_of_the_evidence_is_that_of_all_answers(
    typical: Analysis,
) -> None:
    """4.8"""
    table = evidence.data(typical)

    right = typical.responses.groupby("condition")["is_correct"].agg(["sum", "size"])
    last = table.groupby("condition").last()
    for n_correct, n, (n_shown, log10) in zip(
        right["sum"],
        right["size"],
        last[["n_responses", "log10_bf10"]].to_numpy(),
        strict=True,
    ):
        whole = beta_binomial_bayes_factor(int(n_correct), int(n)).bf10
        assert log10 == pytest.approx(math.log10(whole))
        assert n_shown == n


def test_every_participant_is_shown_however_many_there_are() -> None:
    figure, _ = drawn(accuracy_of(AS_IMAGE_FROM + 1))

    sizes = [len(np.atleast_2d(c.get_offsets())) for c in figure.axes[0].collections]
    assert AS_IMAGE_FROM + 1 in sizes
