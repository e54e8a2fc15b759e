"""Parts of a network exchanged by name."""

from torch import nn


def replace_part(module: nn.Module, name: str, part: nn.Module) -> None:
    """Put a part where another has been; the module itself has no name."""
    parent, _, own = name.rpartition(".")
    setattr(module.get_submodule(parent), own, part)
