"""The bare passes of a network that no step of a search can do without.

Forward and the input's gradient for the crops; the photograph's crops forward as far
as the penalty's layer; the penalty's own gradient, from that layer back. Nothing else:
no crops made, no activations kept, no picture changed.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from generator.layers import main_output


class _FarEnough(Exception):  # noqa: N818 - a signal, not an error
    """The layer was reached; what follows it is not needed."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Floor:
    """The passes of one step through a module in evaluation mode."""

    module: nn.Module
    crops: Tensor
    """(draws, 3, M, M) in the network's range and number format."""

    logit: int
    layer: str | None
    """Where the penalty looks. None: there is none."""

    def seconds(self) -> float:
        """Of one step's passes, on the clock of the wall."""
        _wait_for(self.crops)
        began = time.perf_counter()
        self._pass_through()
        _wait_for(self.crops)
        return time.perf_counter() - began

    def _pass_through(self) -> None:
        seen: list[Tensor] = []
        leaf = self.crops.detach().requires_grad_()
        if self.layer is not None:
            self._only_as_far_as_the_layer()
        handle = self._listen(lambda output: seen.append(output))
        try:
            score = main_output(self.module(leaf))[:, self.logit].sum()
        finally:
            if handle is not None:
                handle.remove()
        torch.autograd.grad(score, leaf, retain_graph=bool(seen))
        if seen:
            pull = torch.ones_like(seen[0])
            torch.autograd.grad(seen[0], leaf, grad_outputs=pull)

    @torch.no_grad()
    def _only_as_far_as_the_layer(self) -> None:
        def stop(_output: Tensor) -> None:
            raise _FarEnough

        handle = self._listen(stop)
        try:
            self.module(self.crops)
        except _FarEnough:
            pass
        finally:
            if handle is not None:
                handle.remove()

    def _listen(self, tell: Callable[[Tensor], None]) -> Any:
        if self.layer is None:
            return None
        part = self.module.get_submodule(self.layer)

        def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
            tell(output)

        return part.register_forward_hook(hook)


def _wait_for(tensor: Tensor) -> None:
    if tensor.is_cuda:
        torch.cuda.synchronize(tensor.device)
