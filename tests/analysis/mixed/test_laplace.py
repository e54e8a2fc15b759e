import numpy as np
import pytest

from analysis.mixed.blocks import Effects, Factor
from analysis.mixed.laplace import LaplaceLikelihood, Parameters
from analysis.mixed.pattern import find_pattern
from tests.analysis.mixed.problems import codes, drawn_problem

SDS = np.array([0.4, 0.5, 0.6, 0.3, 0.2])


def test_people_and_their_conditions_are_eliminated_first() -> None:
    pattern = find_pattern(drawn_problem().groups)

    assert pattern.names[:2] == ("participant_id:condition", "participant_id")


def test_a_term_that_nothing_is_nested_in_stands_alone() -> None:
    people, items = np.divmod(np.arange(20), 4)
    pattern = find_pattern({"item": codes(items), "person": codes(people)})

    assert (pattern.outer_name, pattern.inner_name) == ("person", None)


def test_blocks_solve_what_dense_algebra_solves() -> None:
    problem = drawn_problem()
    pattern = find_pattern(problem.groups)
    rng = np.random.default_rng(0)
    weights = rng.uniform(0.1, 0.25, len(problem.response))
    precisions = dict(zip(problem.groups, SDS**-2, strict=True))
    one_hot = np.concatenate(
        [np.eye(problem.groups[n].max() + 1)[problem.groups[n]] for n in pattern.names],
        axis=1,
    )
    sizes = [problem.groups[n].max() + 1 for n in pattern.names]
    ridge = np.repeat([precisions[n] for n in pattern.names], sizes)
    dense = one_hot.T @ (weights[:, None] * one_hot) + np.diag(ridge)
    right = rng.normal(size=len(dense))
    parts = np.split(right, np.cumsum(sizes[:2]))

    factor = Factor(pattern, weights, precisions)
    found = np.concatenate(factor.solve(Effects(*parts)))
    spread = factor.variances()

    inverse = np.linalg.inv(dense)
    assert found == pytest.approx(inverse @ right, rel=1e-9)
    assert factor.log_determinant == pytest.approx(np.linalg.slogdet(dense)[1])
    assert np.concatenate(spread.levels) == pytest.approx(np.diag(inverse), rel=1e-9)
    through = np.einsum("na,ab,nb->n", one_hot, inverse, one_hot)
    assert spread.responses == pytest.approx(through, rel=1e-9)


def test_the_gradient_is_that_of_the_value() -> None:
    problem = drawn_problem()
    likelihood = LaplaceLikelihood(problem.response, problem.fixed, problem.groups)
    n, step = problem.fixed.shape[1], 1e-4
    at = np.concatenate([np.full(n, 0.2), SDS])

    exact = np.concatenate(likelihood.evaluate(Parameters(at[:n], at[n:])).gradient)

    for k in range(len(at)):
        sides = []
        for sign in (1, -1):
            moved = at.copy()
            moved[k] += sign * step
            sides.append(likelihood.value(Parameters(moved[:n], moved[n:])))
        slope = (sides[0] - sides[1]) / (2 * step)
        assert slope == pytest.approx(exact[k], rel=1e-5, abs=2e-4)


def test_the_order_of_rows_does_not_matter() -> None:
    problem = drawn_problem()
    order = np.random.default_rng(1).permutation(len(problem.response))
    mixed = {name: c[order] for name, c in problem.groups.items()}
    at = Parameters(np.full(problem.fixed.shape[1], 0.1), SDS)

    one = LaplaceLikelihood(problem.response, problem.fixed, problem.groups)
    other = LaplaceLikelihood(problem.response[order], problem.fixed[order], mixed)

    assert other.value(at) == pytest.approx(one.value(at), rel=1e-12)
