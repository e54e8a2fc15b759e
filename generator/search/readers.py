"""Which operations read each tensor of a pass, and what they made of it."""

from typing import Any, NamedTuple

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Reading(NamedTuple):
    """One operation that read a tensor."""

    operation: Any
    """An overload of `torch.ops.aten`."""

    found: Any
    """What it returned; the tensor itself, where it works in place."""


class Readers(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes every operation while it is entered."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._readings: dict[int, list[Reading]] = {}
        self._alive: list[Any] = []  # so that no identity is given twice

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """No: nothing is compiled here, and to be skipped would import the compiler.

        That takes longer than a small run's whole search, in every process.
        """
        return False

    def of(self, tensor: int) -> list[Reading]:
        """What read the tensor with this `id`, in order."""
        return self._readings.get(tensor, [])

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        read = [x for x in tree_leaves((args, kwargs)) if isinstance(x, Tensor)]
        found = func(*args, **(kwargs or {}))
        for tensor in read:
            self._readings.setdefault(id(tensor), []).append(Reading(func, found))
        self._alive += [read, found]
        return found
