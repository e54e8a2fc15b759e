"""One timed accentuation by a peer; run with the Python of the peers' environment.

Started by `generator.benchmark.peers`. Reads a request (JSON) from standard input and
writes one line of JSON to standard output; what the peer itself prints goes to standard
error. Imports nothing of the generator, which that environment has not got.
"""

import contextlib
import importlib
import json
import platform
import resource
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import torch
import torchvision
from torch import Tensor, nn
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook

Request = dict[str, Any]


class StepRecorder:
    """Notes how long each optimizer step took, and keeps pictures on the way.

    The first step begins when the recorder is entered, so it carries the peer's
    preparations. What keeping a picture costs belongs to no step.
    """

    def __init__(self, *, is_cuda: bool, keep_after: set[int]) -> None:
        self.keep_after = keep_after
        self.pictures: dict[int, Tensor] = {}
        self.decode: Callable[[Optimizer], Tensor]
        self._is_cuda = is_cuda
        self._began: list[Any] = []
        self._ended: list[Any] = []

    def __enter__(self) -> "StepRecorder":
        self._hook = register_optimizer_step_post_hook(self._after_step)
        self._began.append(self._mark())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._hook.remove()

    def step_seconds(self) -> list[float]:
        """Of each step, in order."""
        if not self._is_cuda:
            return [b - a for a, b in zip(self._began, self._ended, strict=False)]
        torch.cuda.synchronize()
        return [
            a.elapsed_time(b) / 1000
            for a, b in zip(self._began, self._ended, strict=False)
        ]

    def _after_step(self, optimizer: Optimizer, *_: object) -> None:
        self._ended.append(self._mark())
        if len(self._ended) in self.keep_after:
            with torch.no_grad():
                self.pictures[len(self._ended)] = self.decode(optimizer).cpu()
        self._began.append(self._mark())

    def _mark(self) -> Any:
        if not self._is_cuda:
            return time.perf_counter()
        make_event: Callable[..., Any] = torch.cuda.Event  # untyped there
        event = make_event(enable_timing=True)
        event.record()
        return event


def accentuate_with_faccent(
    request: Request, network: nn.Module, photograph: Tensor, recorder: StepRecorder
) -> dict[str, Any]:
    """Faccent's `render_vis` from the photograph; returns its own settings."""
    render = importlib.import_module("faccent.render")
    param = importlib.import_module("faccent.param")
    side, input_px = request["canvas_px"], request["input_px"]
    layer = request["regularization_layer"]
    model = WithLogits(network)
    weight = request["regularization_weight"] if layer else 0.0
    penalty_weight = {} if weight is None else {"accent_reg_alpha": weight}
    with recorder:
        parameterizer = param.fourier(
            init_img=photograph, img_size=(side, side), device=photograph.device
        )
        recorder.decode = lambda _: parameterizer.params_to_img()[0]
        render.render_vis(
            model,
            f"logits:{request['logit']}",
            parameterizer=parameterizer,
            out_thresholds=[request["steps"] - 1],
            inline_thresholds=[],
            nb_transforms=request["draws_per_step"],
            model_input_size=(input_px, input_px),
            img_size=(side, side),
            accent_reg_layer=layer and model.name_of(layer),
            **penalty_weight,
            progress=False,
        )
    if model.n_passes < request["steps"]:
        raise RuntimeError(
            f"{request['steps'] - model.n_passes} forward passes failed, out of memory "
            "perhaps; Faccent went on with stale activations, so its time says nothing"
        )
    return {
        "parameterization": "fourier",
        "optimizer": "Adam, learning rate 0.05",
        "crop_sides": [0.05, 0.99],
        "value_range": [-2, 2],
        "penalty": "latent distance, both pictures passed through the whole network",
    }


def accentuate_with_horama(
    request: Request, network: nn.Module, photograph: Tensor, recorder: StepRecorder
) -> dict[str, Any]:
    """Horama's `accentuation` from the photograph; returns its own settings."""
    horama = importlib.import_module("horama")
    method = importlib.import_module("horama.feature_accentuation")
    device, logit = request["device"], request["logit"]

    def decode(optimizer: Optimizer) -> Tensor:
        spectrum = optimizer.param_groups[0]["params"][0]
        picture: Tensor = method.fa_preconditionner(
            spectrum, nn.Identity(), (0, 1), device
        )
        return picture

    recorder.decode = decode
    with recorder:
        horama.accentuation(
            lambda crops: network(crops)[:, logit].mean(),
            photograph,
            total_steps=request["steps"],
            image_size=request["canvas_px"],
            model_input_size=request["input_px"],
            crops_per_iteration=request["draws_per_step"],
            device=device,
        )
    return {
        "parameterization": "fourier, photograph stretched to its full range",
        "optimizer": "NAdam, learning rate 1",
        "crop_sides": [0.25, 0.30],
        "value_range": [-2.5, 2.5],
        "penalty": "mean squared difference of pixels, weight 1",
    }


PEERS = {"faccent": accentuate_with_faccent, "horama": accentuate_with_horama}


class WithLogits(nn.Module):
    """A network whose output is that of a layer, `logits`, as Faccent wants it."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.logits = nn.Identity()
        self.n_passes = 0

    def forward(self, crops: Tensor) -> Tensor:
        logits: Tensor = self.logits(self.network(crops))
        self.n_passes += 1
        return logits

    @staticmethod
    def name_of(layer: str) -> str:
        """How Faccent calls a layer of the network."""
        return f"network_{layer.replace('.', '_')}"


def build_network(request: Request) -> nn.Module:
    """torchvision's classifier with the weights handed over, on the device."""
    state = torch.load(request["state"], map_location="cpu", weights_only=True)
    options: dict[str, Any] = {}
    if request["network"] in {"googlenet", "inception_v3"}:
        has_heads = any(key.lower().startswith("aux") for key in state)
        options = {
            "aux_logits": has_heads,
            "init_weights": False,
            "transform_input": True,
        }
    network: nn.Module = torchvision.models.get_model(
        request["network"], weights=None, **options
    )
    network.load_state_dict(state)
    return network.eval().requires_grad_(False).to(request["device"])


def time_peer(request: Request) -> dict[str, Any]:
    """Run the peer once; its pictures are saved, and measured by whoever asked.

    Args:
        request: the fields of a benchmark setting, and `library`, `input_px`, the files
            `state` and `photograph_npy`, the folder `pictures`, and the numbers of
            steps `keep_after` which a picture is kept.
    """
    torch.set_num_threads(request["n_threads"])
    torch.manual_seed(request["rng_seed"])
    device, steps = torch.device(request["device"]), request["steps"]
    is_cuda = device.type == "cuda"
    if is_cuda:
        torch.cuda.set_device(device)
    network = build_network(request)
    seed_image = torch.from_numpy(np.load(request["photograph_npy"])).to(device)
    memory_before_mb = peak_memory_mb(is_cuda=is_cuda)
    recorder = StepRecorder(is_cuda=is_cuda, keep_after={*request["keep_after"], steps})
    accentuate = PEERS[request["library"]]
    own_settings = accentuate(request, network, seed_image, recorder)
    memory_mb = peak_memory_mb(is_cuda=is_cuda)
    seconds = recorder.step_seconds()
    if len(seconds) != steps:
        raise RuntimeError(f"asked for {steps} steps; the peer took {len(seconds)}")
    return {
        "library": request["library"],
        "versions": versions(request["library"]),
        "n_steps": steps,
        "step_seconds": seconds,
        "peak_memory_mb": memory_mb,
        "memory_before_mb": memory_before_mb,
        "own_settings": own_settings,
        "pictures": save_pictures(request, recorder.pictures),
    }


def save_pictures(request: Request, pictures: dict[int, Tensor]) -> dict[str, str]:
    """One .npy file each, (3, H, W) in [0, 1]; paths by the number of steps."""
    folder, paths = Path(request["pictures"]), {}
    for n_steps, picture in sorted(pictures.items()):
        path = folder / f"{request['library']}-after-{n_steps:05d}.npy"
        np.save(path, picture.numpy())
        paths[str(n_steps)] = str(path)
    return paths


def versions(peer: str) -> dict[str, str]:
    """Of what takes part."""
    libraries = {name: version(name) for name in (peer, "torch", "torchvision")}
    return {**libraries, "python": platform.python_version()}


def peak_memory_mb(*, is_cuda: bool) -> float:
    """Most that this process has held: of the GPU by torch, else of the machine."""
    if is_cuda:
        return torch.cuda.max_memory_allocated() / 2**20
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return largest / (2**20 if sys.platform == "darwin" else 2**10)


def answer_request(answer: Callable[[Request], Any]) -> None:
    """Read one request (JSON) from standard input, and print its answer as JSON."""
    request = json.load(sys.stdin)
    with contextlib.redirect_stdout(sys.stderr):  # libraries print as they go
        found = answer(request)
    print(json.dumps(found))


if __name__ == "__main__":
    answer_request(time_peer)
