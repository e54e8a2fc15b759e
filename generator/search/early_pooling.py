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
from torch.utils._pytree import tree_leaves

from generator.search.readers import Readers
from generator.search.replacing import replace_part

_RECTIFIERS = {
    torch.ops.aten.relu.default,
    torch.ops.aten.relu_.default,
    torch.ops.aten.hardtanh.default,  # ReLU6
    torch.ops.aten.hardtanh_.default,
}

_POOLING = torch.ops.aten.max_pool2d_with_indices.default


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
    calls, readers = _Calls(module), Readers()
    try:
        with readers, torch.no_grad():
            module(pictures)
    finally:
        calls.stop()
    looked_at = set[int]().union(*(calls.given.get(name, set()) for name in kept))
    every = Counter(id(p) for _, p in module.named_modules(remove_duplicate=False))
    found = []
    for tensor, convolution in calls.made_by.items():
        rectified = _rectified_for_pooling(readers, tensor)
        pooling = calls.pooled_by.get(rectified)
        if pooling is None or {tensor, rectified} & looked_at:
            continue
        if all(
            calls.n_calls[name] == 1 and every[id(module.get_submodule(name))] == 1
            for name in (convolution, pooling)
        ):
            found.append((convolution, pooling))
    return found


def _rectified_for_pooling(readers: Readers, tensor: int) -> int:
    """What a ReLU makes of a tensor, where that ReLU and then a pooling are all that
    read it, by `id`; else -1, which is nobody's."""
    readings = readers.of(tensor)
    if not readings or readings[0].operation not in _RECTIFIERS:
        return -1
    rectified = id(readings[0].found)
    if rectified != tensor:
        readings = readings + readers.of(rectified)
    is_pooled = [one.operation for one in readings[1:]] == [_POOLING]
    return rectified if is_pooled else -1


def pool_early(module: nn.Module, convolution: str, pooling: str) -> None:
    """Let the pooling follow its convolution; in its old place nothing is left."""
    parts = [module.get_submodule(name) for name in (convolution, pooling)]
    replace_part(module, convolution, nn.Sequential(*parts))
    replace_part(module, pooling, nn.Identity())
