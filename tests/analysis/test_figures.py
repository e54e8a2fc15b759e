"""What a drawing is made of."""

import io
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from analysis.figures.accuracy import draw
from analysis.figures.render import AS_IMAGE_FROM, prepare
from analysis.figures.style import style


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


def test_every_participant_is_shown_however_many_there_are() -> None:
    figure, _ = drawn(accuracy_of(AS_IMAGE_FROM + 1))

    sizes = [len(np.atleast_2d(c.get_offsets())) for c in figure.axes[0].collections]
    assert AS_IMAGE_FROM + 1 in sizes
