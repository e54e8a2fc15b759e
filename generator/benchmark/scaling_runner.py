"""Many accentuations in one call, timed, in a process of its own.

Reads a request (JSON) from standard input and writes one line of JSON.
"""

import time
from typing import Any

import torch

from generator.accentuation import accentuate_each
from generator.accentuation_job import AccentuationJob
from generator.benchmark.inputs import load_inputs
from generator.benchmark.ours import our_config
from generator.benchmark.peer_runner import answer_request, peak_memory_mb
from generator.benchmark.setting import BenchmarkSetting
from generator.features import LOGIT_LAYER, FeatureId
from generator.freed_memory import keep_freed_memory


def time_jobs(request: dict[str, Any]) -> dict[str, float]:
    """Accentuate one photograph for many logits; pictures are dropped as they come.

    Args:
        request: the fields of a benchmark setting under `setting`, and `n_jobs`.
    """
    setting = BenchmarkSetting.from_json(request["setting"])
    torch.set_num_threads(setting.n_threads)
    inputs = load_inputs(setting)
    network = inputs.network.moved_to(setting.device)
    config = our_config(setting, "default").with_changes(
        balance_draws=setting.draws_per_step
    )
    jobs = [
        AccentuationJob(
            seed_image=inputs.seed_image,
            feature=FeatureId(layer=LOGIT_LAYER, unit=str(n)),
            rng_seed=setting.rng_seed,
        )
        for n in range(request["n_jobs"])
    ]
    is_cuda = torch.device(setting.device).type == "cuda"
    _ = network.layers  # looked up once, whatever the number of jobs
    began = time.perf_counter()
    n_made = sum(1 for _ in accentuate_each(network, jobs, config))
    seconds = time.perf_counter() - began
    if n_made != len(jobs):
        raise RuntimeError(f"{len(jobs)} accentuations were asked for, {n_made} made")
    return {"seconds": seconds, "peak_memory_mb": peak_memory_mb(is_cuda=is_cuda)}


if __name__ == "__main__":
    keep_freed_memory()
    answer_request(time_jobs)
