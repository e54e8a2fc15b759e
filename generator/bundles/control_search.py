"""Control pictures of one feature: searched elsewhere, held against its accentuations.

A control is searched with the settings of the accentuations and stopped where it is
as far from its seed image as the accentuation of the same seed image; an adversarial
one without any prior, where it drives the feature as much.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from generator.accentuation import Accentuation, measured
from generator.bundles.control_config import ControlName
from generator.bundles.control_goal import ControlGoal, ControlTask, find_goal
from generator.bundles.control_sources import ControlSource
from generator.bundles.made_picture import MadePicture, finite, levels, pull_facts
from generator.capture import undisturbed
from generator.config import AccentuationConfig
from generator.errors import NoGradientError, NotFiniteError
from generator.feature_lookup import find_objective
from generator.goals.stopping import search_until
from generator.metrics import PictureMetrics, measure_pictures
from generator.photographs import quantize
from generator.search.optimize import optimize
from generator.search.preparation import Prepared, batches, prepare
from generator.search.problem import OnCrops
from generator.search.steering import FixedPull
from generator.search.tf32 import float32_products

WEAKENINGS = ((1.0, 1, 1), (0.5, 2, 1), (0.25, 2, 1), (0.0, 4, 1), (0.0, 4, 4))
"""Shares of λ, multiples of the steps and of the step size, tried in turn until a
control comes as far as it must; a search ends where it does."""

_ADVERSARIAL_RATES = (0.05, 0.2, 0.8)
"""Step sizes tried in turn, the least visible change first."""

_ADVERSARIAL_PATIENCE = 4
"""Steps of an adversarial search over those of an accentuation; most end early."""

_PRECISION = 0.2
"""Share of a tolerance at which a bisection stops."""


class UnmatchedError(NoGradientError):
    """A control cannot be brought to where its accentuation is."""


def search_controls(
    task: ControlTask, name: ControlName, source: ControlSource, on_crops: OnCrops
) -> list[MadePicture]:
    """One control picture for each seed image.

    Raises:
        NoGradientError: the source does not respond to changes of a seed image.
        UnmatchedError: names the pictures that cannot be matched, with their numbers.
        NotFiniteError: a search ended in values that are not numbers.
    """
    goal = find_goal(task, name)
    numbers = range(len(task.jobs))
    found: dict[int, Accentuation] = {}
    missed: dict[int, str] = {}
    tell = on_crops
    for config in _attempts(task, name):
        left = [number for number in numbers if number not in found]
        if not left:
            break
        for number, made in _search(task, source, config, goal, left, tell):
            value = goal.of(made.image, number) if goal else 0.0
            if goal is None or goal.is_met(value, number):
                found[number] = made
            else:
                missed[number] = goal.complaint(value, number)
        tell = _say_nothing  # what is tried again was counted before
    if left := [number for number in numbers if number not in found]:
        lines = [
            f"accentuation_{name} of {task.jobs[number].name} for {task.feature} "
            f"({source.about['target']}): {missed[number]}"
            for number in left
        ]
        raise UnmatchedError("\n".join(lines))
    images = torch.stack([found[number].image for number in numbers])
    metrics = _measure(task, images)
    return [
        _made(task, source, found[number], metrics[number], goal, number)
        for number in numbers
    ]


def _say_nothing(_n: int) -> None:
    """Progress that was told before."""


def _attempts(task: ControlTask, name: ControlName) -> list[AccentuationConfig]:
    """Settings to try in turn."""
    own = task.config
    if name == "adversarial":
        return [
            AccentuationConfig(
                steps=_ADVERSARIAL_PATIENCE * own.steps,
                learning_rate=rate,
                optimizer="adam",
                cool_down=0.0,
                parameterization="pixel",
                draws_per_step=1,
                crop_range=(1.0, 1.0),
                noise_sd=0.0,
                noise_range=0.0,
                regularization_weight=0.0,
                regularization_layers=(task.layer,),
                balance_draws=1,
                canvas_px=own.canvas_px,
                pictures_per_pass=own.pictures_per_pass,
                memory_budget_mb=own.memory_budget_mb,
            )
            for rate in _ADVERSARIAL_RATES
        ]
    layers = own.regularization_layers or (task.layer,)
    held = replace(own, regularization_layers=layers, distance_budget=None)
    if not task.matches_distance:
        return [held]
    return [
        replace(
            held,
            regularization_weight=share * own.regularization_weight,
            steps=patience * own.steps,
            learning_rate=stride * own.learning_rate,
        )
        for share, patience, stride in WEAKENINGS
    ]


def _search(
    task: ControlTask,
    source: ControlSource,
    config: AccentuationConfig,
    goal: ControlGoal | None,
    numbers: Sequence[int],
    on_crops: OnCrops,
) -> list[tuple[int, Accentuation]]:
    """The pictures of some seed images with one set of settings."""
    jobs = {
        number: replace(task.jobs[number], feature=source.feature) for number in numbers
    }
    number_of = {id(job): number for number, job in jobs.items()}
    found: list[tuple[int, Accentuation]] = []
    network = source.network
    for batch in batches(network, list(jobs.values()), config):
        with undisturbed(network.module), float32_products(tf32=False):
            prepared, refused = prepare(network, batch, config, on_crops)
            if prepared is None or refused:
                for refusal in refused:
                    if isinstance(refusal.error, NotFiniteError):
                        raise refusal.error
                names = ", ".join(refusal.job.name for refusal in refused)
                raise NoGradientError(
                    f"{source.about['target']} of {network.name} does not respond to "
                    f"any change of {names}"
                )
            own = [number_of[id(job)] for job in prepared.jobs]
            made = _climb(prepared, config, goal, own, on_crops)
        found += zip(own, made, strict=True)
    return found


def _climb(
    prepared: Prepared,
    config: AccentuationConfig,
    goal: ControlGoal | None,
    numbers: Sequence[int],
    on_crops: OnCrops,
) -> list[Accentuation]:
    """Search one batch until each picture shares what it must."""
    problem = prepared.problem
    steering = FixedPull(factors=prepared.pull(config.regularization_weight))
    if goal is None:
        end = optimize(problem, prepared.start, steering=steering, on_crops=on_crops)
        return measured(prepared, config, end.parameters, end.opacity)

    def measure(parameters: Tensor) -> Tensor:
        with torch.no_grad():
            images = quantize(problem.parameterization.to_image(parameters))
        return goal.measure_images(images, numbers)

    reached = search_until(
        problem,
        prepared.start,
        steering=steering,
        measure=measure,
        wanted=[goal.wanted[number] for number in numbers],
        tolerance=[_PRECISION * goal.tolerance[number] for number in numbers],
        on_crops=on_crops,
    )
    found = reached.at_level
    return measured(prepared, config, found.parameters, found.opacity)


def _measure(task: ControlTask, images: Tensor) -> list[PictureMetrics]:
    """What the study's own network and feature make of the controls."""
    seeds = torch.stack([job.seed_image for job in task.jobs])
    objective = find_objective(task.network, task.feature)
    return measure_pictures(
        task.network,
        images.to(task.network.device),
        quantize(seeds.float()).to(task.network.device),
        [objective] * len(images),
        layers=[task.layer],
    )


def _made(
    task: ControlTask,
    source: ControlSource,
    found: Accentuation,
    metrics: PictureMetrics,
    goal: ControlGoal | None,
    number: int,
) -> MadePicture:
    apart = metrics.latent[task.layer]
    matched: dict[str, Any] = {
        "matched_on": None,
        "wanted": None,
        "natural_range": None,
    }
    if goal is not None:
        matched = {
            "matched_on": goal.name,
            "wanted": goal.wanted[number],
            "natural_range": task.natural_range,
        }
    return MadePicture(
        picture=levels(found.image),
        rng_seed=found.job.rng_seed,
        activation=metrics.activation_after,
        activation_before=metrics.activation_before,
        latent_distance=apart.absolute,
        latent_distance_relative=finite(apart.relative),
        ssim=metrics.ssim,
        pixel_rmse=metrics.pixel_rmse,
        specificity=metrics.specificity,
        **(pull_facts(found) | {"regularization_layer": task.layer}),
        control={
            **source.about,
            **matched,
            "activation_before": found.activation_before,
            "activation_after": found.activation_after,
            "specificity": found.metrics.specificity,
        },
    )
