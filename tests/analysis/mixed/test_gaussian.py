"""The fit of a normal outcome against published fits and laws."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from analysis.mixed.errors import MixedFitError
from analysis.mixed.gaussian import fit_gaussian

# Davies & Goldsmith (1972), Statistical Methods in Research and Production, table 6.6:
# diameters (mm) on 24 plates (rows) of 6 samples of penicillin (columns).
PENICILLIN = """
27 23 26 23 23 21  27 23 26 23 23 21  25 21 25 24 24 20  26 23 25 23 23 20
25 22 26 22 23 20  24 22 25 23 22 19  24 20 23 21 22 19  26 22 26 24 24 21
24 21 24 22 22 20  24 21 24 23 22 19  26 23 26 24 24 21  25 22 26 24 24 20
26 24 26 24 25 22  26 23 26 23 23 20  26 23 25 24 24 22  25 22 25 23 23 20
25 21 24 23 23 20  25 22 24 23 23 19  24 21 23 21 21 19  26 23 26 24 24 21
25 21 24 22 22 18  25 22 25 22 22 20  24 21 24 22 24 19  24 21 24 22 21 18
"""
# Davies (1947), table 6.2: yield of dyestuff, 5 preparations of each of 6 batches.
DYESTUFF = [
    *(1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495),
    *(1595, 1550, 1605, 1510, 1560, 1445, 1440, 1595, 1465, 1545),
    *(1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445),
]


def penicillin() -> tuple[npt.NDArray[Any], dict[str, npt.NDArray[Any]]]:
    diameter = np.array(PENICILLIN.split(), dtype=float)
    plate, sample = np.divmod(np.arange(144), 6)
    return diameter, {"plate": plate, "sample": sample}


def test_penicillin_has_the_published_maximum() -> None:
    """MixedModels.jl, documentation, "A model with crossed random effects"."""
    diameter, groups = penicillin()

    fit = fit_gaussian(diameter, np.ones((144, 1)), groups)

    assert -2 * fit.log_likelihood == pytest.approx(332.1883, abs=1e-3)
    assert fit.coefficients[0] == pytest.approx(22.9722, abs=1e-3)
    assert np.sqrt(fit.covariance[0, 0]) == pytest.approx(0.744596, abs=1e-3)
    assert fit.sds["plate"] == pytest.approx(0.845565, abs=1e-3)
    assert fit.sds["sample"] == pytest.approx(1.770645, abs=1e-3)
    assert fit.residual_sd == pytest.approx(0.549933, abs=1e-3)
    assert fit.has_converged


def test_dyestuff_has_the_published_maximum() -> None:
    """Bates, lme4: Mixed-effects modeling with R, section 1.3."""
    batch = np.repeat(np.arange(6), 5)

    fit = fit_gaussian(np.array(DYESTUFF, float), np.ones((30, 1)), {"batch": batch})

    assert -2 * fit.log_likelihood == pytest.approx(327.3271, abs=1e-3)
    assert fit.coefficients[0] == pytest.approx(1527.5)
    assert fit.sds["batch"] == pytest.approx(37.260, abs=1e-2)
    assert fit.residual_sd == pytest.approx(49.510, abs=1e-2)


def test_without_groups_that_differ_it_is_least_squares() -> None:
    rng = np.random.default_rng(2)
    x = np.column_stack([np.ones(90), rng.normal(size=90)])
    group = np.tile(np.arange(9), 10)
    y = x @ [1.0, 2.0] + rng.normal(size=90)
    y -= np.array([y[group == g].mean() for g in range(9)])[group]
    x[:, 1] -= np.array([x[group == g, 1].mean() for g in range(9)])[group]

    fit = fit_gaussian(y, x, {"group": group})

    assert fit.sds["group"] == 0
    assert fit.coefficients == pytest.approx(np.linalg.lstsq(x, y)[0], abs=1e-6)


def test_an_outcome_that_does_not_vary_is_refused() -> None:
    group = np.tile(np.arange(2), 5)

    with pytest.raises(MixedFitError, match="does not vary"):
        fit_gaussian(np.full(10, 3.0), np.ones((10, 1)), {"group": group})
