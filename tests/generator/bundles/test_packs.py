"""Packs of jobs: their pictures do not depend on how they are packed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.bundles.accentuation_stage import AccentuationStage, GoalJob
from generator.bundles.matching import ActivationGoal
from generator.bundles.packs import Pack, cut_into_packs
from generator.capture import undisturbed
from generator.errors import GeneratorError
from generator.features import FeatureId
from generator.jobs import WorkFolder
from generator.networks import Network
from generator.search.optimize import optimize
from generator.search.preparation import batches, prepare
from generator.search.steering import FixedPull
from tests.generator.bundles.packed_jobs import (
    CONFIG,
    bytes_of,
    make_packs,
    some_jobs,
)
from tests.generator.sick_network import sick_network
from tests.generator.toy_network import toy_network

EXACT = CONFIG.with_changes(deterministic=True)


def float_pictures(jobs: list[AccentuationJob], *, jobs_each: int) -> list[Tensor]:
    """(3, H, W) where the search of each job ends, before it is rounded to levels."""
    network = toy_network()
    ends: dict[int, Tensor] = {}
    config = CONFIG.with_changes(
        steps=100, pictures_per_pass=jobs_each * CONFIG.draws_per_step
    )
    for batch in batches(network, jobs, config):
        with undisturbed(network.module):
            prepared, _ = prepare(network, batch, config, None)
            assert prepared is not None
            found = optimize(
                prepared.problem,
                prepared.start,
                steering=FixedPull(factors=prepared.pull(1.0)),
            )
        images = prepared.problem.parameterization.to_image(found.parameters)
        ends |= {id(job): end for job, end in zip(prepared.jobs, images, strict=True)}
    return [ends[id(job)] for job in jobs]


@pytest.fixture(scope="module")
def floats_alone() -> list[Tensor]:
    return float_pictures([one.job for one in some_jobs()], jobs_each=1)


@pytest.mark.parametrize("jobs_each", [3, 7])
def test_pictures_are_within_a_rounding_of_those_made_alone(
    floats_alone: list[Tensor], jobs_each: int
) -> None:
    jobs = [one.job for one in some_jobs()]

    packed = float_pictures(jobs, jobs_each=jobs_each)
    backwards = float_pictures(jobs[::-1], jobs_each=jobs_each)[::-1]

    for one, other, last in zip(floats_alone, packed, backwards, strict=True):
        assert (one - other).abs().max() <= 1e-4
        assert (one - last).abs().max() <= 1e-4


@pytest.fixture(scope="module")
def exact_alone(tmp_path_factory: pytest.TempPathFactory) -> list[list[object]]:
    folder = tmp_path_factory.mktemp("alone")
    made = make_packs(folder, some_jobs(), jobs_each=1, config=EXACT)
    return [bytes_of(one) for one in made]


@pytest.mark.parametrize("jobs_each", [3, 7])
def test_deterministic_packs_have_the_bytes_of_jobs_made_alone(
    exact_alone: list[list[object]], tmp_path: Path, jobs_each: int
) -> None:
    jobs = some_jobs()

    packed = make_packs(tmp_path / "n", jobs, jobs_each=jobs_each, config=EXACT)
    backwards = make_packs(
        tmp_path / "back", jobs[::-1], jobs_each=jobs_each, config=EXACT
    )[::-1]

    assert [bytes_of(one) for one in packed] == exact_alone
    assert [bytes_of(one) for one in backwards] == exact_alone


def test_a_job_has_the_same_bytes_in_any_company_of_one_size(tmp_path: Path) -> None:
    jobs = some_jobs(6)
    other_mates = [jobs[0], jobs[4], jobs[5], jobs[3], jobs[1], jobs[2]]

    packed = make_packs(tmp_path / "a", jobs, jobs_each=3)
    others = make_packs(tmp_path / "b", other_mates, jobs_each=3)

    # Each keeps its place in its pack: 0 first, 4 in the middle, 5 last.
    for number, place in [(0, 0), (4, 1), (5, 2), (3, 3), (1, 4), (2, 5)]:
        assert bytes_of(packed[number]) == bytes_of(others[place])


def test_packs_are_cut_in_order_and_by_company() -> None:
    jobs = some_jobs(5)
    wide = replace(jobs[1].job, seed_image=torch.full((3, 20, 24), 0.5))
    jobs[1] = replace(jobs[1], job=wide)
    stage = AccentuationStage(config=CONFIG)

    packs = cut_into_packs(stage, toy_network(), jobs, n_together=3)

    assert packs == [[0, 2, 3], [4], [1]]


def test_finished_jobs_are_found_and_the_missing_one_has_the_same_bytes(
    tmp_path: Path,
) -> None:
    jobs = some_jobs(3)
    undisturbed = make_packs(tmp_path, jobs, jobs_each=3)
    files = sorted(tmp_path.rglob("*.npz"), key=lambda file: file.stat().st_mtime_ns)
    kept = {file: file.stat().st_mtime_ns for file in files[:2]}
    files[2].unlink()

    again = make_packs(tmp_path, jobs, jobs_each=3)

    for one, other in zip(undisturbed, again, strict=True):
        assert bytes_of(one) == bytes_of(other)
    assert {file: file.stat().st_mtime_ns for file in kept} == kept


def test_a_poisoned_job_is_named_and_leaves_the_bytes_of_its_pack_alone(
    tmp_path: Path,
) -> None:
    sound = make_packs(tmp_path / "sound", some_jobs(6), jobs_each=3)
    folder = tmp_path / "poisoned"

    found = make_packs(folder, some_jobs(6, broken=(1,)), jobs_each=3)

    assert found[1].fault is not None
    assert "accentuation of sky/1.png for logit:line" in found[1].fault
    assert not found[1].pictures
    for number in (0, 2, 3, 4, 5):
        assert bytes_of(found[number]) == bytes_of(sound[number])
    assert len(list(folder.rglob("*.npz"))) == 5
    mended = make_packs(folder, some_jobs(6), jobs_each=3)
    assert [bytes_of(one) for one in mended] == [bytes_of(one) for one in sound]
    assert len(list(folder.rglob("*.npz"))) == 6


def test_a_feature_that_is_not_a_number_is_named_and_the_others_are_made(
    tmp_path: Path,
) -> None:
    config = CONFIG.with_changes(regularization_layers=("toy.conv2",))
    well, sick = sick_network("grid"), sick_network("wave")
    jobs = [job for number, job in enumerate(some_jobs(7)) if number != 3]

    sound = make_packs(tmp_path / "1", jobs, jobs_each=3, config=config, network=well)
    found = make_packs(tmp_path / "2", jobs, jobs_each=3, config=config, network=sick)

    assert [number for number, one in enumerate(found) if one.fault] == [2, 5]
    assert "logit:wave of sky/2.png" in str(found[2].fault)
    assert "not numbers" in str(found[2].fault)
    for number in (0, 1, 3, 4):
        assert bytes_of(found[number]) == bytes_of(sound[number])


def matched_jobs(network: Network, label: str) -> list[GoalJob]:
    """Four pictures of one feature, to be brought to one activation."""
    feature = FeatureId("logit", label)
    seeds = [replace(one.job, feature=feature) for one in some_jobs(4)]
    pictures = torch.stack([one.seed_image for one in seeds])
    activations = feature_activations(network, pictures, [feature])[:, 0]
    low, high = activations.aminmax()
    natural = np.linspace(float(low) - 0.1, float(high) + 0.1, 200, dtype=np.float32)
    wanted = float((low + high) / 2)
    goal = ActivationGoal(feature_id=str(feature), wanted=wanted, natural=natural)
    return [
        GoalJob(job=job, goal=goal, is_down=goal.wanted < activation)
        for job, activation in zip(seeds, activations.tolist(), strict=True)
    ]


def test_jobs_share_passes_that_go_the_same_way_to_the_same_goal(
    tmp_path: Path,
) -> None:
    network, config = toy_network(), CONFIG.with_changes(steps=40, learning_rate=0.1)
    jobs = matched_jobs(network, "wave")
    stage = AccentuationStage(config=config)

    packs = cut_into_packs(stage, network, jobs, n_together=4)
    found = make_packs(tmp_path, jobs, jobs_each=4, config=config)

    assert sorted(number for pack in packs for number in pack) == [0, 1, 2, 3]
    for pack in packs:
        assert len({jobs[number].is_down for number in pack}) == 1
    assert len(packs) == 2
    assert [one.fault for one in found] == [None] * 4


def test_matched_jobs_that_cannot_be_made_are_named(tmp_path: Path) -> None:
    network = sick_network("wave")
    config = CONFIG.with_changes(regularization_layers=("toy.conv2",))
    jobs = matched_jobs(network, "wave")

    found = make_packs(tmp_path, jobs, jobs_each=4, config=config, network=network)

    for number, one in enumerate(found):
        assert f"logit:wave of sky/{number}.png" in str(one.fault)
        assert "not numbers" in str(one.fault)


def test_copies_that_fill_a_pack_are_nobody_s_progress() -> None:
    jobs = some_jobs(2)
    told: list[int] = []
    stage = AccentuationStage(config=CONFIG)

    Pack(stage=stage, places=(None, *jobs, None)).make(toy_network(), told.append)

    assert sum(told) == 2 * CONFIG.crops_per_job


def test_an_error_that_is_no_job_s_ends_the_run(tmp_path: Path) -> None:
    config = CONFIG.with_changes(regularization_layers=("no such layer",))

    with pytest.raises(GeneratorError, match="no such layer"):
        make_packs(tmp_path, some_jobs(2), jobs_each=1, config=config)
    assert WorkFolder(path=tmp_path).load("ab") is None
