"""Maximum pooling moved before the ReLU that it follows.

A ReLU never changes which value of a window is largest, so that pooling first gives
the same answers and the same gradients, and leaves the ReLU, there and back, only what
was pooled. (Where a whole window is below zero either order gives no gradient.)
"""

from collections import Counter
from collections.abc import Collection
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

_RECTIFIERS = {
    torch.ops.aten.relu.default,
    torch.ops.aten.relu_.default,
    torch.ops.aten.hardtanh.default,  # ReLU6
    torch.ops.aten.hardtanh_.default,
}


class _Readers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Remembers what reads each tensor, and which tensor a rectifier made of which."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.readers: dict[int, list[Any]] = {}
        self.rectified: dict[int, Tensor] = {}
        self.alive: list[Any] = []  # so that no identity is given twice

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        read = [x for x in tree_leaves((args, kwargs)) if isinstance(x, Tensor)]
        found = func(*args, **(kwargs or {}))
        for tensor in read:
            self.readers.setdefault(id(tensor), []).append(func)
        if func in _RECTIFIERS:
            self.rectified[id(read[0])] = found
        self.alive += [read, found]
        return found


class _Calls:
    """Which tensors the modules of a network took and gave in one pass."""

    def __init__(self, module: nn.Module) -> None:
        self.made_by: dict[int, str] = {}
        self.pooled_by: dict[int, str] = {}
        self.n_calls: Counter[str] = Counter()
        self.given: dict[str, set[int]] = {}
        self.handles = [
            part.register_forward_hook(self._listen(name))
            for name, part in module.named_modules()
        ]

    def _listen(self, name: str) -> Any:
        def hook(part: nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
            self.n_calls[name] += 1
            tensors = [x for x in tree_leaves(output) if isinstance(x, Tensor)]
            self.given.setdefault(name, set()).update(map(id, tensors))
            if type(part) is nn.Conv2d:
                self.made_by[id(output)] = name
            elif type(part) is nn.MaxPool2d and not part.return_indices:
                self.pooled_by[id(inputs[0])] = name

        return hook

    def stop(self) -> None:
        for handle in self.handles:
            handle.remove()


def poolings_after_relu(
    module: nn.Module, pictures: Tensor, *, kept: Collection[str]
) -> list[tuple[str, str]]:
    """Convolutions and the maximum poolings of what a ReLU makes of them, by name.

    Only where nothing else reads the convolution's answer, rectified or not.

    Args:
        kept: modules whose answers must stay what they are.
    """
    calls, readers = _Calls(module), _Readers()
    try:
        with readers, torch.no_grad():
            module(pictures)
    finally:
        calls.stop()
    looked_at = set[int]().union(*(calls.given.get(name, set()) for name in kept))
    every = Counter(id(p) for _, p in module.named_modules(remove_duplicate=False))
    found = []
    for tensor, convolution in calls.made_by.items():
        rectified = readers.rectified.get(tensor)
        if rectified is None or not _is_read_for_pooling(readers, tensor, rectified):
            continue
        pooling = calls.pooled_by.get(id(rectified))
        names = [convolution, pooling or ""]
        if pooling is None or {tensor, id(rectified)} & looked_at:
            continue
        parts = [module.get_submodule(name) for name in names]
        if all(calls.n_calls[n] == 1 for n in names) and all(
            every[id(p)] == 1 for p in parts
        ):
            found.append((convolution, pooling))
    return found


def _is_read_for_pooling(readers: _Readers, tensor: int, rectified: Tensor) -> bool:
    """Whether a ReLU and then a pooling are all that read a tensor."""
    steps = list(readers.readers[tensor])
    if id(rectified) != tensor:
        steps += readers.readers.get(id(rectified), [])
    if len(steps) != 2:
        return False
    first, then = steps
    return (
        first in _RECTIFIERS and then is torch.ops.aten.max_pool2d_with_indices.default
    )


def pool_early(module: nn.Module, convolution: str, pooling: str) -> None:
    """Let the pooling follow its convolution; in its old place nothing is left."""
    parts = [module.get_submodule(name) for name in (convolution, pooling)]
    _put(module, convolution, nn.Sequential(*parts))
    _put(module, pooling, nn.Identity())


def _put(module: nn.Module, name: str, part: nn.Module) -> None:
    parent, _, own = name.rpartition(".")
    setattr(module.get_submodule(parent), own, part)
