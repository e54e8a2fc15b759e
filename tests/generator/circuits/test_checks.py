"""The checks on the measure, and what is said when one fails."""

from dataclasses import replace

import numpy as np
import pytest

from generator.circuits.attribution import completeness_errors
from generator.circuits.checks import (
    Check,
    check_measured,
    check_random_weights,
    failed_at,
    report_completeness,
    verdicts,
)
from generator.circuits.coherence import Scale
from generator.circuits.measure import measure, natural_scales
from generator.circuits.report import report
from generator.circuits.summary import SummaryRow, summarize
from generator.zoo.random_weights import randomized
from tests.generator.circuits.two_paths import UNIT, case, two_path_network


def found(*, is_blind: bool = False) -> tuple[list[Check], list[SummaryRow]]:
    """Checks and summary; a blind measure is shown photographs as adversarials."""
    plain = case()
    if is_blind:
        same = plain.pictures["accentuation"]
        plain = replace(plain, pictures={**plain.pictures, "adversarial": same})
    measured = measure(two_path_network(), plain)
    summary = summarize(measured.rows, measured.kinds, n_bootstrap=100, rng_seed=0)
    return check_measured([measured]), summary


def test_every_check_holds_where_the_circuits_differ() -> None:
    checks, _ = found()

    by_id = {(check.id, check.layer): check for check in checks}
    assert by_id["identity", None].holds
    assert by_id["scale", None].holds
    assert by_id["sensitivity", "act1"].value == 1
    assert by_id["sensitivity", "act1"].holds


def test_a_measure_that_cannot_tell_adversarial_pictures_praises_nothing() -> None:
    checks, summary = found(is_blind=True)

    text = report(summary, checks, [])

    assert "act1: UNINFORMATIVE (sensitivity is" in text
    assert "must be > 0.9" in text
    assert "UNINFORMATIVE everywhere" in text
    assert ": informative" not in text


def test_an_unknown_sensitivity_does_not_hold() -> None:
    plain = case()
    shown = replace(plain.pictures["adversarial"], is_matched=[False] * 3)
    measured = measure(
        two_path_network(),
        replace(plain, pictures={**plain.pictures, "adversarial": shown}),
    )

    sensitivity = [c for c in check_measured([measured]) if c.id == "sensitivity"]

    assert all(np.isnan(check.value) and not check.holds for check in sensitivity)
    assert all(check.as_record()["value"] is None for check in sensitivity)


def test_a_check_of_the_whole_measure_fails_every_layer() -> None:
    good = Check(id="s", layer="one", value=1.0, bound="> 0.9", holds=True)
    bad = Check(id="completeness", layer=None, value=1.0, bound="< 1e-4", holds=False)
    only_told = replace(bad, id="told", is_required=False)

    assert failed_at([good, bad, only_told], "one") == [bad]
    assert verdicts([good]) == {"one": []}


def test_random_weights_are_judged_by_the_gap_they_leave() -> None:
    clear = Scale(ceiling=0.6, floor=0.2, gap_low=0.3, gap_high=0.5)
    unclear = Scale(ceiling=0.6, floor=0.2, gap_low=-0.1, gap_high=0.9)

    one, other = check_random_weights(
        [{"act1": clear, "act2": unclear}, {"act1": unclear, "act2": unclear}]
    )

    assert (one.layer, one.n_undefined) == ("act1", 1)
    assert one.value == pytest.approx(0.2)
    assert not one.holds  # photographs share circuits that no training made
    assert (other.value, other.n_undefined, other.holds) == (0, 2, True)


def test_an_untrained_network_leaves_less_of_a_gap() -> None:
    network = two_path_network()
    untrained = replace(network, module=randomized(network.module, rng_seed=0))

    trained, random = (
        natural_scales(each, case(), rng=np.random.default_rng(0))["act1"]
        for each in (network, untrained)
    )

    assert trained.ceiling - trained.floor > random.ceiling - random.floor


def test_completeness_of_the_network_is_reported_but_not_required() -> None:
    errors = completeness_errors(
        two_path_network(), case().pictures["natural"].images, UNIT, ["act1", "act2"]
    )

    checks = report_completeness([errors])

    assert [check.layer for check in checks] == ["act1", "act2"]
    assert all(check.holds and not check.is_required for check in checks)


def test_scores_above_1_are_called_an_artifact() -> None:
    checks, summary = found()
    high = [replace(row, score=1.3) for row in summary]

    assert "artifact" in report(high, checks, [])


def test_few_features_are_warned_of() -> None:
    checks, summary = found()

    assert "WARNING: too few features (act1 1, act2 1); at least 50" in report(
        summary, checks, []
    )


def test_undefined_features_are_counted_and_have_no_score() -> None:
    plain = case()
    same = replace(plain, other=plain.pictures["accentuation"].images)
    measured = measure(two_path_network(), same)

    summary = summarize(measured.rows, measured.kinds, n_bootstrap=100, rng_seed=0)

    pearson = [row for row in summary if row.similarity == "pearson"]
    assert all(row.n_undefined == 1 for row in pearson)
    assert all(np.isnan(row.score) for row in pearson)
    assert all(np.isfinite(row.coherence) for row in pearson)


def test_a_summary_is_the_mean_of_its_rows() -> None:
    measured = measure(two_path_network(), case())

    summary = summarize(measured.rows, measured.kinds, n_bootstrap=100, rng_seed=0)

    for row in summary:
        own = [
            r.coherence
            for r in measured.rows
            if (r.layer, r.similarity, r.reference, r.kind)
            == (row.layer, row.similarity, row.reference, row.kind)
        ]
        assert row.coherence == pytest.approx(np.mean(own))
        assert row.n_pictures == len(own)
