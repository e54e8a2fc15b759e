"""One timed accentuation by this library, in a process of its own.

Started by `generator.benchmark.ours`. Reads a request (JSON) from standard input and
writes one line of JSON to standard output, as `peer_runner` does for the peers.
"""

import platform
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch

from generator.accentuation_job import AccentuationJob
from generator.benchmark.floor import Floor
from generator.benchmark.inputs import BenchmarkInputs, load_inputs
from generator.benchmark.ours import our_config
from generator.benchmark.peer_runner import answer_request, peak_memory_mb
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.utilization import Utilization, watched
from generator.capture import undisturbed
from generator.config import AccentuationConfig
from generator.features import LOGIT_LAYER, FeatureId
from generator.freed_memory import keep_freed_memory
from generator.networks import Network
from generator.provenance import installed_version
from generator.search.optimize import Iterate, optimize
from generator.search.packing import jobs_per_pass
from generator.search.preparation import Prepared, batches, prepare
from generator.search.problem import draw_for
from generator.search.steering import FixedPull

Request = dict[str, Any]


@dataclass(kw_only=True)
class StepClock:
    """Times each step of a search; what is done between steps belongs to none."""

    setting: BenchmarkSetting
    prepared: Prepared
    keep_after: set[int]
    floor: Floor | None
    began: float
    step_seconds: list[float] = field(default_factory=list)
    floor_seconds: list[float] = field(default_factory=list)
    pictures: dict[int, torch.Tensor] = field(default_factory=dict)
    utilization: Utilization | None = None
    """Since the end of the first step."""

    watching: ExitStack = field(default_factory=ExitStack)

    def see(self, here: Iterate) -> bool:
        """A step has ended, but for the start, which is step 0."""
        if here.n_steps > 0:
            _wait_for(here)
            self.step_seconds.append(time.perf_counter() - self.began)
            if here.n_steps in self.keep_after:
                self._keep(here)
            if self.floor is not None:
                self.floor_seconds.append(self.floor.seconds())
            if here.n_steps == 1:
                watch = watched(self.setting.device, n_threads=self.setting.n_threads)
                self.utilization = self.watching.enter_context(watch)
            self.began = time.perf_counter()
        return False

    def _keep(self, here: Iterate) -> None:
        parameterization = self.prepared.problem.parameterization
        with torch.no_grad():
            picture = parameterization.to_image(here.parameters)[0]
        self.pictures[here.n_steps] = picture.cpu()


def _wait_for(here: Iterate) -> None:
    if here.parameters.is_cuda:
        torch.cuda.synchronize(here.parameters.device)


def time_ours(request: Request) -> dict[str, Any]:
    """Accentuate once; pictures are saved, and measured by whoever asked.

    Args:
        request: the fields of a benchmark setting under `setting`; `preset`; the
            folder `pictures`; the numbers of steps `keep_after` which a picture is
            kept; whether to time the `floor`; and `n_jobs`, how many accentuations are
        searched together, `null` for as many as a run would pack.
    """
    setting = BenchmarkSetting.from_json(request["setting"])
    torch.set_num_threads(setting.n_threads)
    inputs = load_inputs(setting)
    network = inputs.network.moved_to(setting.device)
    config = our_config(setting, request["preset"])
    is_cuda = torch.device(setting.device).type == "cuda"
    memory_before_mb = peak_memory_mb(is_cuda=is_cuda)
    with undisturbed(network.module):
        clock = _search(request, setting, inputs, network, config)
    return {
        "library": request["library"],
        "versions": {
            "accentuate": installed_version("accentuate") or "from its folder",
            "torch": torch.__version__,
            "torchvision": version("torchvision"),
            "python": platform.python_version(),
        },
        "step_seconds": clock.step_seconds,
        "floor_seconds": clock.floor_seconds,
        "n_jobs": len(clock.prepared.jobs),
        "utilization": _share(clock),
        "peak_memory_mb": peak_memory_mb(is_cuda=is_cuda),
        "memory_before_mb": memory_before_mb,
        "own_settings": {"preset": request["preset"], **asdict(config)},
        "pictures": _save_pictures(request, clock.pictures),
    }


def _search(
    request: Request,
    setting: BenchmarkSetting,
    inputs: BenchmarkInputs,
    network: Network,
    config: AccentuationConfig,
) -> StepClock:
    began = time.perf_counter()
    n_jobs = request["n_jobs"] or jobs_per_pass(network, config)
    if request["n_jobs"] is not None and n_jobs > 1:
        config = config.with_changes(pictures_per_pass=n_jobs * config.draws_per_step)
    (batch,) = batches(network, _jobs(setting, inputs, n_jobs), config)
    prepared, refused = prepare(network, batch, config, None)
    if prepared is None:
        raise refused[0].error
    clock = StepClock(
        setting=setting,
        prepared=prepared,
        keep_after={*request["keep_after"], setting.steps},
        floor=_floor(setting, prepared) if request["floor"] else None,
        began=began,
    )
    steering = FixedPull(factors=prepared.pull(config.regularization_weight))
    with clock.watching:
        optimize(
            prepared.problem, prepared.start, steering=steering, on_iterate=clock.see
        )
    return clock


def _jobs(
    setting: BenchmarkSetting, inputs: BenchmarkInputs, n_jobs: int
) -> list[AccentuationJob]:
    """One for the setting's logit; more for it with other random numbers."""
    return [
        AccentuationJob(
            seed_image=inputs.seed_image,
            feature=FeatureId(layer=LOGIT_LAYER, unit=str(setting.logit)),
            rng_seed=setting.rng_seed + n,
        )
        for n in range(n_jobs)
    ]


def _share(clock: StepClock) -> float | None:
    is_mixed = clock.floor is not None  # its passes keep the device busy too
    return None if is_mixed or not clock.utilization else clock.utilization.share


def _floor(setting: BenchmarkSetting, prepared: Prepared) -> Floor:
    """The passes through the network as the search goes through it."""
    problem = prepared.problem
    draws = draw_for(problem, problem.seed_images, 0)
    crops = draws.to_network(problem.seed_images, problem.network.preprocessing)
    return Floor(
        module=problem.lean.module,
        crops=crops.contiguous(memory_format=torch.channels_last),
        logit=setting.logit,
        layer=setting.regularization_layer,
    )


def _save_pictures(
    request: Request, pictures: dict[int, torch.Tensor]
) -> dict[str, str]:
    """One .npy file each, (3, H, W) in [0, 1]; paths by the number of steps."""
    paths = {}
    for n_steps, picture in sorted(pictures.items()):
        path = Path(request["pictures"]) / f"after-{n_steps:05d}.npy"
        np.save(path, picture.numpy())
        paths[str(n_steps)] = str(path)
    return paths


if __name__ == "__main__":
    keep_freed_memory()
    answer_request(time_ours)
