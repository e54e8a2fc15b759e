"""One timed run of this library, in a process of its own as the peers have it."""

import sys
import tempfile
from collections.abc import Collection
from dataclasses import replace

from generator.benchmark.inputs import load_inputs
from generator.benchmark.process import ask
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Timing, check_checkpoints, timing_from
from generator.config import AccentuationConfig


def with_own_effort(setting: BenchmarkSetting, preset: str) -> BenchmarkSetting:
    """The setting with the steps and crops that a preset of ours takes."""
    config = AccentuationConfig.preset(preset)
    return replace(setting, steps=config.steps, draws_per_step=config.draws_per_step)


def our_config(setting: BenchmarkSetting, preset: str) -> AccentuationConfig:
    """Our settings for what a setting holds equal; all else as the preset has it.

    Raises:
        ConfigError: there is no such preset.
    """
    layer = setting.regularization_layer
    weight = 0.0 if layer is None else setting.regularization_weight
    held_equal = {
        "canvas_px": setting.canvas_px,
        "draws_per_step": setting.draws_per_step,
        "steps": setting.steps,
        "regularization_layers": () if layer is None else (layer,),
        "regularization_weight": weight,
    }
    config = AccentuationConfig.preset(preset)
    return config.with_changes(**held_equal)


def run_ours(
    setting: BenchmarkSetting,
    *,
    preset: str = "default",
    checkpoints: Collection[int] = (),
    times_floor: bool = True,
    n_jobs: int | None = 1,
) -> Timing:
    """Make one accentuation, or one pack of them, and time its steps.

    Args:
        preset: our settings beside those of `setting`.
        checkpoints: numbers of steps after which the picture is measured too.
        times_floor: time the bare passes of the network between the steps.
        n_jobs: accentuations searched together. None: as many as a run would pack.

    Raises:
        BenchmarkError: the run fails; says what it wrote.
        ConfigError: a checkpoint is no step of the search.
    """
    check_checkpoints(checkpoints, setting.steps)
    with tempfile.TemporaryDirectory(prefix="accentuate-bench-") as pictures:
        request = {
            "setting": setting.to_json(),
            "library": "accentuate",
            "n_threads": setting.n_threads,
            "preset": preset,
            "keep_after": sorted(checkpoints),
            "floor": times_floor,
            "n_jobs": n_jobs,
            "pictures": pictures,
        }
        command = [sys.executable, "-m", "generator.benchmark.our_runner"]
        answer = ask(command, request)
        return timing_from(answer, load_inputs(setting), setting)
