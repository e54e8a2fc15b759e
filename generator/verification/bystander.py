"""Is the user's network afterwards what it was before?"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.features import CallableFeature
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject

_HOOKS = (
    *("_forward_hooks", "_forward_pre_hooks"),
    *("_backward_hooks", "_backward_pre_hooks"),
)


class _Fault(Exception):  # noqa: N818 - it stands for any
    """Raised on purpose in the middle of a pass."""


class _Interrupt(KeyboardInterrupt):
    """A Ctrl-C of our own; the user's still ends the command."""


def described(module: nn.Module) -> dict[str, str]:
    """Everything of a network that a run could change, by name."""
    found = {
        f"tensor {name}": _hash(tensor) + f" {tensor.requires_grad}"
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]
    }
    for name, part in module.named_modules():
        found[f"mode {name}"] = str(part.training)
        for kind in _HOOKS:
            hooks = getattr(part, kind)
            found[f"hooks {name} {kind}"] = str([id(hook) for hook in hooks.values()])
        for key, value in vars(part).items():
            if isinstance(value, bool | int | float | str | Tensor):
                found[f"attribute {name}.{key}"] = _text(value)
    return found


def _text(value: Any) -> str:
    return _hash(value) if isinstance(value, Tensor) else repr(value)


def _hash(tensor: Tensor) -> str:
    values = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
    return hashlib.sha256(values.numpy().tobytes()).hexdigest()


def _undisturbed_by(run: Callable[[Subject], None]) -> Callable[[Subject], Measured]:
    """A check that a run leaves the network alone, a foreign hook included."""

    def measure(subject: Subject) -> Measured:
        module = subject.network.module
        calls: list[int] = []
        first = next(part for part in module.modules() if not list(part.children()))
        foreign = first.register_forward_hook(lambda *_: calls.append(1))
        modes = {part: part.training for part in module.modules()}
        try:
            module.train()  # the engine sets evaluation mode, and must set it back
            module.requires_grad_(True)
            before = described(module)
            run(subject)
            after = described(module)
        finally:
            foreign.remove()
            module.requires_grad_(False)
            for part, mode in modes.items():
                part.training = mode
        changed = sorted(
            key for key in before.keys() | after if before.get(key) != after.get(key)
        )
        if not calls:
            changed.append("a foreign hook was not called")
        return Measured(
            value=float(len(changed)),
            detail=f"{len(before)} things compared; changed: "
            + (", ".join(changed[:5]) or "none"),
        )

    return measure


def _finish(subject: Subject) -> None:
    accentuate(subject.network, subject.jobs(1), subject.config(steps=1))


def _fail(subject: Subject) -> None:
    """An exception from within the forward pass, after the first one went well."""
    n_calls = 0

    def fail(_seen: Mapping[str, Tensor]) -> Tensor:
        nonlocal n_calls
        n_calls += 1
        raise _Fault

    layer = subject.channel.layer
    broken = CallableFeature(name="fails on purpose", layers=(layer,), function=fail)
    job = AccentuationJob(
        seed_image=subject.canvases[0], feature=broken, rng_seed=subject.rng_seed
    )
    try:
        accentuate(subject.network, [job], subject.config(steps=1))
    except _Fault:
        return
    raise RuntimeError(f"an exception was swallowed, {n_calls} times")


def _interrupt(subject: Subject) -> None:
    def press(_n_crops: int) -> None:
        raise _Interrupt

    jobs, config = subject.jobs(1), subject.config(steps=1)
    try:
        accentuate(subject.network, jobs, config, on_crops=press)
    except _Interrupt:
        return
    raise RuntimeError("a KeyboardInterrupt was swallowed")


RULES = tuple(
    Rule(
        id=id_,
        target="A5",
        sentence=f"{when}, value things about the network are not as before: tensors, "
        "modes, requires_grad, hooks, plain attributes.",
        bound=Bound(high=0.0),
        measure=_undisturbed_by(run),
    )
    for id_, when, run in (
        ("untouched", "After a run", _finish),
        ("untouched.exception", "After an exception in a forward pass", _fail),
        ("untouched.interrupt", "After Ctrl-C", _interrupt),
    )
)
