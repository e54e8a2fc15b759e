"""Our own timed runs: in a process of their own, with the floor between the steps."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from generator.benchmark import scaling
from generator.benchmark.floor import Floor
from generator.benchmark.ours import our_config, run_ours, with_own_effort
from generator.benchmark.scaling import measure_scaling
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Timing
from generator.config import AccentuationConfig
from generator.errors import BenchmarkError, ConfigError


@pytest.fixture(scope="module")
def timing(quick: BenchmarkSetting) -> Timing:
    return run_ours(quick, checkpoints=[1])


def test_a_run_times_every_step_and_the_floor_beside_it(timing: Timing) -> None:
    assert timing.library == "accentuate"
    assert timing.n_steps == len(timing.floor_seconds) == 3
    assert timing.floor_seconds_per_step is not None
    assert timing.floor_seconds_per_step > 0
    assert [point.n_steps for point in timing.checkpoints] == [1, 3]
    way = [point.result for point in timing.checkpoints]
    assert all(one.activation > one.activation_before for one in way)
    assert timing.own_settings["regularization_weight"] == 0.5
    assert timing.versions["torch"] == torch.__version__


def test_the_first_step_carries_the_balance(timing: Timing) -> None:
    """It takes 128 crops, 64 times as many as a step."""
    assert timing.setup_seconds > timing.seconds_per_step
    hundred = timing.seconds_of(100)
    assert hundred == timing.setup_seconds + 100 * timing.seconds_per_step


def test_a_pack_of_jobs_is_timed_as_a_whole(quick: BenchmarkSetting) -> None:
    small = replace(quick, draws_per_step=1, steps=2)

    pack = run_ours(small, n_jobs=2, times_floor=False)

    assert (pack.n_jobs, pack.n_steps) == (2, 2)
    assert pack.utilization is not None
    assert 0 < pack.utilization <= 1


def test_a_run_that_fails_says_why(quick: BenchmarkSetting) -> None:
    with pytest.raises(BenchmarkError, match="logit"):
        run_ours(replace(quick, logit=1000))


def test_what_the_setting_holds_equal_is_in_our_settings(
    setting: BenchmarkSetting,
) -> None:
    config = our_config(setting, "faccent")

    assert (config.steps, config.draws_per_step, config.canvas_px) == (3, 2, 224)
    assert config.regularization_layers == ("features.3",)
    assert config.optimizer == AccentuationConfig.preset("faccent").optimizer


def test_without_a_layer_nothing_pulls_back(setting: BenchmarkSetting) -> None:
    config = our_config(replace(setting, regularization_layer=None), "default")

    assert config.regularization_weight == 0


def test_an_unknown_preset_is_refused(setting: BenchmarkSetting) -> None:
    with pytest.raises(ConfigError, match="no preset 'swift'"):
        our_config(setting, "swift")


def test_left_to_itself_a_preset_takes_its_own_steps_and_crops(
    setting: BenchmarkSetting,
) -> None:
    own = with_own_effort(setting, "faccent")

    assert (own.steps, own.draws_per_step) == (98, 16)


class CountsPasses(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.low = nn.Conv2d(3, 4, 3)
        self.high = nn.Linear(4, 5)
        self.n_rows = {"low": 0, "high": 0}

    def forward(self, crops: torch.Tensor) -> torch.Tensor:
        self.n_rows["low"] += len(crops)
        seen = self.low(crops)
        self.n_rows["high"] += len(crops)
        logits: torch.Tensor = self.high(seen.mean((2, 3)))
        return logits


def test_the_floor_passes_the_photograph_only_as_far_as_the_penalty() -> None:
    module = CountsPasses().eval().requires_grad_(False)
    floor = Floor(module=module, crops=torch.rand(2, 3, 8, 8), logit=1, layer="low")

    floor.seconds()

    assert module.n_rows == {"low": 4, "high": 2}
    assert not module.low._forward_hooks


def test_the_floor_of_no_penalty_is_one_pass() -> None:
    module = CountsPasses().eval().requires_grad_(False)
    floor = Floor(module=module, crops=torch.rand(2, 3, 8, 8), logit=1, layer=None)

    floor.seconds()

    assert module.n_rows == {"low": 2, "high": 2}


def test_the_cost_of_many_jobs_is_told_for_each_of_them(
    quick: BenchmarkSetting,
) -> None:
    told: list[str] = []

    (two,) = measure_scaling(quick, n_jobs=(2,), tell=told.append)

    assert (two.n_jobs, two.relative) == (2, 1.0)
    assert two.peak_memory_mb > 0
    assert told == ["2 jobs in one call"]


def test_what_jobs_cost_is_relative_to_one_alone(
    setting: BenchmarkSetting, monkeypatch: pytest.MonkeyPatch
) -> None:
    def timed(_: BenchmarkSetting, n_jobs: int) -> dict[str, float]:
        return {"seconds": 2.0 + n_jobs, "peak_memory_mb": 700.0}

    monkeypatch.setattr(scaling, "_time_jobs", timed)

    alone, four = scaling.measure_scaling(setting, n_jobs=(1, 4), tell=lambda _: None)

    assert (alone.seconds_each, alone.relative) == (3.0, 1.0)
    assert (four.seconds_each, four.relative) == (1.5, 0.5)
