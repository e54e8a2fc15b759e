"""How fast a network's passes are in the forms that a search could choose among.

    python -m tests.benchmarks.network_forms --network googlenet --threads 2 --compile

Forward and the input's gradient of 16 crops; every form takes its turn, several times;
medians, and the cosine of each gradient to that of the network as it is.
"""

import argparse
import copy
import statistics
import time
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from generator.benchmark.inputs import load_inputs
from generator.benchmark.setting import BenchmarkSetting
from generator.capture import undisturbed
from generator.demo.sources import folder
from generator.freed_memory import keep_freed_memory
from generator.layers import main_output
from generator.search.lean_network import lean_network

N_CROPS = 16


def main() -> None:
    """Time every form in turn, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", default="googlenet")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--compile", action="store_true", help="needs a C++ compiler")
    parser.add_argument(
        "--keep-freed-memory", action="store_true", help="as the commands do"
    )
    arguments = parser.parse_args()
    if arguments.keep_freed_memory and not keep_freed_memory():
        parser.error("this C library does not keep memory on request")
    torch.set_num_threads(arguments.threads)
    setting = BenchmarkSetting(
        photograph=folder() / "chelsea.png",
        network=arguments.network,
        regularization_layer=None,
    )
    network = load_inputs(setting).network
    with undisturbed(network.module):
        lean = lean_network(network, {"logit"}).module
        forms = forms_of(network.module, lean, compiled=arguments.compile)
        side = network.preprocessing.input_px
        chance = torch.Generator().manual_seed(0)
        crops = torch.randn(N_CROPS, 3, side, side, generator=chance)
        report(measure(forms, crops, arguments.repeats))


def forms_of(
    plain: nn.Module, lean: nn.Module, *, compiled: bool
) -> dict[str, Callable[[Tensor], Tensor]]:
    """From crops (B, 3, M, M) to the gradient of a logit there, by name."""
    contiguous = copy.deepcopy(lean).to(memory_format=torch.contiguous_format)
    coarse = copy.deepcopy(lean).to(torch.bfloat16)
    found: dict[str, Callable[[Tensor], Tensor]] = {
        "as it is": lambda crops: gradient(plain, crops),
        "as it is, channels last": lambda crops: gradient(plain, channels_last(crops)),
        "lean": lambda crops: gradient(contiguous, crops),
        "lean, channels last": lambda crops: gradient(lean, channels_last(crops)),
        "lean, channels last, bfloat16": lambda crops: gradient(
            coarse, channels_last(crops).bfloat16()
        ).float(),
    }
    if compiled:
        fast = torch.compile(copy.deepcopy(lean))
        found["lean, channels last, compiled"] = lambda crops: gradient(
            fast, channels_last(crops)
        )
    return found


def channels_last(crops: Tensor) -> Tensor:
    """The same crops, channels innermost."""
    return crops.contiguous(memory_format=torch.channels_last)


def gradient(module: Callable[[Tensor], Tensor], crops: Tensor) -> Tensor:
    """Of the first logit, summed over crops."""
    leaf = crops.detach().requires_grad_()
    score = main_output(module(leaf))[:, 0].sum()
    return torch.autograd.grad(score, leaf)[0]


def measure(
    forms: Mapping[str, Callable[[Tensor], Tensor]], crops: Tensor, repeats: int
) -> dict[str, tuple[float, float]]:
    """Median seconds of each form, and the cosine of its gradient to the first's."""
    seconds: dict[str, list[float]] = {name: [] for name in forms}
    gradients = {name: form(crops) for name, form in forms.items()}  # also warms up
    for _ in range(repeats):
        for name, form in forms.items():
            began = time.perf_counter()
            form(crops)
            seconds[name].append(time.perf_counter() - began)
    reference = next(iter(gradients.values())).flatten().double()
    return {
        name: (
            statistics.median(seconds[name]),
            float(torch.cosine_similarity(found.flatten().double(), reference, dim=0)),
        )
        for name, found in gradients.items()
    }


def report(found: Mapping[str, tuple[float, float]]) -> None:
    """Print a table."""
    slowest = next(iter(found.values()))[0]
    print("| network | seconds | times as fast | cosine of the gradient |")
    print("|---|---|---|---|")
    for name, (seconds, cosine) in found.items():
        print(f"| {name} | {seconds:.3f} | {slowest / seconds:.2f} | {cosine:.4f} |")


if __name__ == "__main__":
    main()
